import { describe, megabytes, type Parts, type Progress, type SetupEvent } from "../setup/events";
import type { Model } from "../setup/setup";
import { isElsewhere, type Report } from "../status/facts";
import { percent } from "../status/shown";
import { asSentence } from "../why/reason";
import { button, type Html, html, renderTrouble, type Trouble } from "./html";

export interface Models {
  readonly report: Report | undefined;
  readonly parts: Parts;
  readonly models: readonly Model[];
  readonly setup: Progress | undefined;
  /** Why nothing is known. */
  readonly trouble?: Trouble | undefined;
}

/** The engine, the models and LanguageTool: what is here, what it is for, and a button for what is missing. */
export function renderModels({ report, parts, models, setup, trouble }: Models): Html {
  if (trouble !== undefined && !setup) return renderTrouble(trouble);
  const isBusy = setup !== undefined;
  const languageTool = parts.get("languagetool");
  return html`
${setup && renderProgress(setup)}
<h2 id="engine-title">Engine</h2>
<ul aria-labelledby="engine-title">${renderEngine(report, parts.get("engine"), isBusy)}</ul>
<h2 id="models-title">Models</h2>
<ul aria-labelledby="models-title">
${others(report)}
${models.map((model) => renderModel(model, report, parts.get(`model:${model.name}`), isBusy))}
</ul>
${
  languageTool &&
  html`<h2 id="tools-title">More for prose</h2>
<ul aria-labelledby="tools-title">${renderPart("LanguageTool", "Checks the grammar of English and other languages; needs Java.", languageTool, isBusy)}</ul>`
}
${
  report &&
  html`<h2>Server</h2>
<p class="quiet">breadknife ${report.version}${report.offline && ", offline"}. Bytes sent: ${report.bytes_sent}.</p>`
}`;
}

function renderProgress({ message, fraction }: Progress): Html {
  return html`
<div id="setup">
<p>${message}${fraction !== undefined && ` (${percent(fraction)})`}</p>
<progress aria-label="Set-up" max="1" ${fraction !== undefined && html`data-value="${fraction.toFixed(3)}"`}></progress>
<p class="row">${button("Cancel", "breadknife.cancelSetup")}<span class="quiet">What has come is kept.</span></p>
</div>`;
}

function renderEngine(report: Report | undefined, part: SetupEvent | undefined, isBusy: boolean): Html {
  const running = report?.engine;
  const memory = running
    ? `Runs the models, with ${megabytes(running.resident_bytes)} in memory.`
    : "Runs the models. It starts when it is first needed.";
  if (part?.state === "done" || report?.engine_installed) {
    return html`<li id="part-engine"><p class="quiet">${memory}</p><div class="row"><span>On this machine</span></div></li>`;
  }
  const purpose = "Runs the models. Without it, rules check, and nothing completes.";
  return part ? renderPart("Engine", purpose, part, isBusy) : html`<li>${purpose}</li>`;
}

function renderModel(model: Model, report: Report | undefined, part: SetupEvent | undefined, isBusy: boolean): Html {
  const used = report?.models.find(({ name }) => name === model.name)?.roles ?? [];
  const loaded = report?.engine?.models.some(({ name }) => name === model.name);
  const facts = [megabytes(model.size), model.languages, used.length > 0 && usedFor(used), loaded && "in memory"];
  const isHere = model.path !== null || part?.state === "done";
  return html`
<li id="part-model-${model.name}">
<div class="row"><span class="name">${model.name}</span> <span class="quiet">${facts.filter(Boolean).join(", ")}</span></div>
${model.purpose && html`<p class="quiet">${asSentence(model.purpose)}</p>`}
<div class="row">${state(part, isHere)}${!isHere && !isBusy && downloadButton(part, model.name, `model:${model.name}`)}
${isHere && model.roles.includes("completion") && !used.includes("completion") && button("Use for Completion", "useModel", model.name, `Use ${model.name} for completion`)}</div>
</li>`;
}

function renderPart(title: string, purpose: string, part: SetupEvent, isBusy: boolean): Html {
  const isHere = part.state === "done";
  const size = part.bytes_total ? megabytes(part.bytes_total) : "";
  return html`
<li id="part-${part.part}">
<div class="row"><span class="name">${title}</span> <span class="quiet">${size}</span></div>
<p class="quiet">${purpose}</p>
<div class="row">${state(part, isHere)}${!isHere && !isBusy && downloadButton(part, title, part.part)}</div>
</li>`;
}

function state(part: SetupEvent | undefined, isHere: boolean): Html {
  if (isHere) return html`<span>On this machine</span>`;
  if (part?.state === "running") return html`<span>${describe(part)}</span>`;
  if (part?.state === "failed") return html`<span class="bad">${part.message}</span>`;
  return html`<span>${part?.message ?? "Not on this machine"}</span>`;
}

/** A download that was cancelled goes on from where it was. */
function downloadButton(part: SetupEvent | undefined, title: string, name: string): Html {
  const isBegun = part !== undefined && /%|cancelled/.test(part.message);
  const word = isBegun ? "Resume" : "Download";
  return button(word, "breadknife.download", name, `${word} ${title}`);
}

const ROLES: Readonly<Record<string, string>> = { completion: "suggestions", nullcheck: "null fixes", judge: "prose" };

function usedFor(roles: readonly string[]): string {
  return `used for ${roles.map((role) => ROLES[role] ?? role).join(" and ")}`;
}

/** Models that another engine runs. */
function others(report: Report | undefined): Html[] {
  return (report?.models ?? [])
    .filter(isElsewhere)
    .map(
      ({ name, roles }) =>
        html`<li><span class="name">${name}</span> <span class="quiet">another engine's, ${usedFor(roles)}</span></li>`,
    );
}
