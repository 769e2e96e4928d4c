/** Why something that the user has chosen wasn't made: what the server's `breadknife/showReason` says. */
import type { Refusal } from "../lsp/client";
import { asSentence, type Button, helpAgainst } from "./reason";

/** A sentence with the button that helps; where none does, the remedy is in it in words. */
export function whyNotMade({ title, reason, sentence, remedy }: Refusal): {
  readonly sentence: string;
  readonly button: Button | undefined;
} {
  const button = helpAgainst(reason);
  const said = `“${title}”: ${asSentence(sentence)}`;
  return { sentence: button || !remedy ? said : `${said} ${asSentence(remedy)}`, button };
}
