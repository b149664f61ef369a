// Questions before what cannot be undone.

function dialog(title, content, buttons) {
  const box = make("dialog", { class: "dialog", "aria-labelledby": "dialog-title" },
    make("h2", { id: "dialog-title" }, title), ...content,
    make("form", { method: "dialog", class: "dialog-actions" }, ...buttons));
  box.addEventListener("close", () => box.remove());
  box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
  document.body.append(box);
  box.showModal();
  return box;
}

let agreed = null;
document.addEventListener("click", (event) => {
  const asker = event.target.closest?.("[data-confirm]");
  if (!asker || asker === agreed || !window.HTMLDialogElement) return;
  if (asker.form && !asker.formNoValidate && asker.form.matches("[data-check]") && !controls(asker.form).every((c) => !fault(c))) return;
  event.preventDefault();
  // The first sentence is the question, the rest explains it.
  const [, question, rest] = /^(.*?[?.!])\s+(.+)$/s.exec(asker.dataset.confirm) || [null, asker.dataset.confirm, ""];
  const no = make("button", { class: "btn", value: "no", autofocus: true }, asker.dataset.confirmNo || "Keep as it is");
  const yes = make("button", { class: "btn primary" + (asker.matches(".danger") ? " danger" : ""), value: "yes" },
    asker.dataset.confirmYes || asker.textContent.trim());
  const box = dialog(question, rest ? [make("p", { class: "muted" }, rest)] : [], [no, yes]);
  box.addEventListener("close", () => {
    if (box.returnValue !== "yes") return asker.focus();
    // The server need not ask the same again.
    if (asker.form?.method === "post" && !asker.form.elements.sure) {
      asker.form.append(make("input", { type: "hidden", name: "sure", value: "yes" }));
    }
    agreed = asker;
    asker.click();
    agreed = null;
  });
});
