/* Suggestions while typing: makes each search field a combobox (WAI-ARIA 1.2, list
   autocomplete). The server says what to suggest; the field works without all this. */

const WAIT = 150; // Milliseconds without a key before the server is asked.
const SHORTEST = 2;
const LONGEST = 80; // Whoever types more is writing a text.
const KEPT = 50;

let combos = 0;

class Combobox {
  constructor(input) {
    this.input = input;
    this.address = new URL("suggest", input.form.action);
    this.answers = new Map();
    this.options = [];
    this.active = -1;
    this.listId = `suggestions-${++combos}`;
    this.list = element("ul", { id: this.listId, class: "suggestions", role: "listbox", hidden: "" });
    this.list.setAttribute("aria-label", input.dataset.suggest);
    this.status = element("span", { class: "visually-hidden", role: "status" });
    input.after(this.list, this.status);
    for (const [name, value] of Object.entries({
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": this.listId,
    })) {
      input.setAttribute(name, value);
    }
    input.addEventListener("input", (event) => event.isComposing || this.ask());
    input.addEventListener("compositionend", () => this.ask());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.close());
    // Pressing on the list must not take the focus from the field, or it would close first.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.go(event.target.closest("[role=option]")));
  }

  ask() {
    clearTimeout(this.timer);
    this.request?.abort();
    const typed = this.input.value.trim();
    if (typed.length < SHORTEST || typed.length > LONGEST) {
      this.close();
      return;
    }
    this.timer = setTimeout(() => this.fetch(typed), WAIT);
  }

  async fetch(typed) {
    this.request = new AbortController();
    try {
      if (!this.answers.has(typed)) {
        this.address.searchParams.set("q", typed);
        const answer = await fetch(this.address, { signal: this.request.signal });
        if (!answer.ok) return;
        if (this.answers.size >= KEPT) this.answers.clear();
        this.answers.set(typed, await answer.json());
      }
    } catch {
      return; // Aborted, or no network: the field stays a plain one.
    }
    if (this.input.value.trim() === typed && document.activeElement === this.input) {
      this.show(this.answers.get(typed));
    }
  }

  show(suggestions) {
    this.options = suggestions.map((suggestion, place) => this.option(suggestion, place));
    this.list.replaceChildren(...this.options);
    this.mark(-1);
    this.list.hidden = !this.options.length;
    this.list.scrollTop = 0;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    const status = this.input.dataset.suggestStatus.replace("{count}", this.options.length);
    this.status.textContent = this.list.hidden ? "" : status;
  }

  option(suggestion, place) {
    const option = element("li", { role: "option", id: `${this.listId}-${place}`, "aria-selected": "false" });
    option.dataset.url = suggestion.url;
    option.append(element("span", { class: "suggestion-label", lang: suggestion.locale }, suggestion.label));
    if (suggestion.matched) {
      const words = { class: "suggestion-matched", lang: suggestion.matched_locale };
      option.append(" ", element("span", words, suggestion.matched));
    }
    option.append(" ", element("span", { class: "suggestion-kind" }, suggestion.kind_label));
    return option;
  }

  key(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    const open = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (open) this.move(event.key === "ArrowDown" ? 1 : -1);
      else this.ask();
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      this.close();
    } else if (event.key === "Enter") {
      if (open && this.active >= 0) {
        event.preventDefault();
        this.go(this.options[this.active]);
      } else {
        this.close();
      }
    }
  }

  /** Go through the options and, beyond either end, back to the field itself. */
  move(step) {
    const places = this.options.length + 1;
    this.mark(((this.active + 1 + step + places) % places) - 1);
  }

  mark(place) {
    this.options[this.active]?.setAttribute("aria-selected", "false");
    this.active = place;
    const option = this.options[place];
    if (option) {
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      this.input.setAttribute("aria-activedescendant", option.id);
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  go(option) {
    if (option) location.assign(option.dataset.url);
  }

  close() {
    clearTimeout(this.timer);
    this.request?.abort();
    this.show([]);
  }
}

function element(name, attributes, text = "") {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

for (const input of document.querySelectorAll("input[data-suggest]")) new Combobox(input);
