// The script of both views: shows what the extension sends, and tells it which button was pressed.

const vscode = acquireVsCodeApi();
const main = document.querySelector("main");
const news = document.getElementById("news");

/** Replace the content, and leave open what was open and focused what was focused. */
function show(content) {
  const open = new Set([...main.querySelectorAll("details[open]")].map((each) => each.id));
  const focused = document.activeElement?.closest("[id]")?.id;
  const command = document.activeElement?.dataset?.command;
  main.innerHTML = content; // Made by the extension, which escapes all that it puts into it.
  main.setAttribute("aria-busy", "false");
  for (const each of main.querySelectorAll("details")) each.open = open.has(each.id);
  for (const each of main.querySelectorAll("progress[data-value]")) each.value = Number(each.dataset.value);
  const place = focused && document.getElementById(focused);
  if (!place || !main.contains(place)) return;
  const target = command
    ? place.querySelector(`[data-command="${CSS.escape(command)}"]`)
    : place.querySelector("summary");
  (target ?? place).focus();
}

window.addEventListener("message", ({ data }) => {
  show(data.content);
  if (news.textContent !== data.news) news.textContent = data.news;
});

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-command]");
  if (button) vscode.postMessage({ command: button.dataset.command, argument: button.dataset.argument });
});

vscode.postMessage({ command: "ready" });
