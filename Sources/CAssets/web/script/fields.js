// Fields are checked where they stand, by the rules the server has.

const controls = (form) => [...form.elements].filter((c) => c.willValidate && c.name);

function fault(control) {
  const is = control.validity, say = control.dataset, file = control.files?.[0];
  const isBlank = control.required && typeof control.value === "string" && !control.value.trim();
  if (is.valueMissing || isBlank) return say.messageRequired || "Please fill this in.";
  if (is.badInput || is.typeMismatch) {
    return say.messageType || (control.type === "email" ? "Write an address like name@example.com." : "This does not look right.");
  }
  if (is.patternMismatch) return say.messagePattern || control.title || "This does not look right.";
  if (is.rangeUnderflow) return say.messageMin || "At least " + control.min + ", please.";
  if (is.rangeOverflow) return say.messageMax || "At most " + control.max + ", please.";
  if (is.tooShort) return say.messageShort || "At least " + control.minLength + " characters, please.";
  if (is.tooLong) return say.messageLong || "At most " + count(control.maxLength) + " characters, please.";
  if (is.stepMismatch) return say.messageStep || "Only whole steps, please.";
  if (say.match && $(say.match)?.value !== control.value) return say.messageMatch || "The two are not the same.";
  if (file && file.size === 0) return say.messageEmpty || "This file is empty.";
  if (file && say.maxBytes && file.size > Number(say.maxBytes)) {
    return say.messageSize || "This file is too large: at most " + size(Number(say.maxBytes)) + " are taken.";
  }
  return null;
}

// Where a message for a control stands: radio buttons share the one of their set.
function showFault(control, message) {
  const set = control.type === "radio" ? control.closest("fieldset") : null;
  const home = set || control.closest(".field") || control.closest("label") || control;
  const id = (control.id || control.name) + "-error";
  const names = new Set((control.getAttribute("aria-describedby") || "").split(" ").filter(Boolean));
  let line = document.getElementById(id);
  if (message) {
    if (!line) {
      line = make("p", { class: "error", id });
      if (set || home.matches(".field")) home.append(line); else home.after(line);
    }
    line.textContent = message;
    line.hidden = false;
    names.add(id);
    control.setAttribute("aria-invalid", "true");
  } else {
    if (line) line.hidden = true;
    names.delete(id);
    control.removeAttribute("aria-invalid");
  }
  if (names.size) control.setAttribute("aria-describedby", [...names].join(" "));
  else control.removeAttribute("aria-describedby");
}

function judge(control) {
  const message = fault(control);
  showFault(control, message);
  return !message;
}

function validate(form) {
  if (!form.matches("[data-check]")) return;
  form.noValidate = true;
  form.addEventListener("focusout", (event) => {
    const control = event.target;
    // Whoever only passes through an empty field has made no mistake yet.
    if (control.willValidate && control.name && (control.value || control.ariaInvalid)) judge(control);
  });
  form.addEventListener("input", (event) => { if (event.target.ariaInvalid) judge(event.target); });
  form.addEventListener("change", (event) => { if (event.target.type === "file") judge(event.target); });
  form.addEventListener("submit", (event) => {
    if (event.submitter?.formNoValidate) return;
    const wrong = controls(form).filter((control) => !judge(control));
    if (!wrong.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    wrong[0].focus();
  });
}

// Blocks that only matter with a certain choice.

function showWhenChosen(block) {
  const form = block.closest("form");
  const [name, values] = block.dataset.shows.split("=");
  const wanted = values.split("|");
  const update = () => {
    const chosen = new FormData(form).getAll(name);
    const isShown = chosen.some((value) => wanted.includes(value));
    block.hidden = !isShown;
    // Hidden controls are neither checked nor sent. A block inside a hidden one stays out too.
    for (const control of all("input, select, textarea", block)) {
      const outer = control.closest("[data-shows][hidden]");
      control.disabled = Boolean(outer);
      if (control.hasAttribute("data-required")) control.required = !outer;
    }
  };
  form.addEventListener("change", update);
  update();
}

// What only matters with a script: without one, a rule on a hidden-by-choice control would block.
function requireWhereAlwaysShown(control) {
  if (!control.closest("[data-shows]")) control.required = true;
}

function submitOnChange(control) {
  control.addEventListener("change", () => control.form.requestSubmit());
}
