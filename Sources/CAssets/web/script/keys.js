// Keys.

const places = { d: "/", c: "/campaigns", q: "/queue" };
let prefixed = 0;

document.addEventListener("keydown", (event) => {
  const isWriting = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.ctrlKey || event.metaKey || event.altKey || isWriting || event.isComposing || $("dialog[open]")) return;
  if (document.documentElement.dataset.shortcuts === "off" || !$(".shell")) return;
  const isSecond = Date.now() - prefixed < 1500;
  prefixed = 0;
  if (isSecond && places[event.key]) location.assign(places[event.key]);
  else if (event.key === "g") prefixed = Date.now();
  else if (event.key === "n") location.assign("/campaigns/new");
  else if (event.key === "/" && $("input[type=search]")) $("input[type=search]").focus();
  else if (event.key === "?") showKeys();
  else return;
  event.preventDefault();
});

function showKeys() {
  const keys = [["/", "Search this list"], ["n", "New campaign"], ["g d", "Dashboard"], ["g c", "Campaigns"], ["g q", "Queue"], ["?", "This list"]];
  const list = make("dl", { class: "keys" });
  for (const [key, meaning] of keys) {
    const name = make("dt");
    for (const part of key.split(" ")) name.append(make("kbd", {}, part), " ");
    list.append(name, make("dd", {}, meaning));
  }
  dialog("Keys", [list], [make("button", { class: "btn", autofocus: true }, "Close")]);
}
