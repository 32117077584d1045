// Reads text/event-stream as WHATWG HTML, section 9.2.6, says. Pure: text in, events out.

export class EventStream {
  #line = "";
  #skipNewline = false;
  #begun = false;
  #type = "";
  #data = [];
  #id = "";

  /** The events that `text` completes: `{type, data, id}`; `id` is the last one that was given. */
  push(text) {
    let rest = text;
    if (!this.#begun && rest) {
      this.#begun = true;
      rest = rest.replace(/^\uFEFF/, "");
    }
    const events = [];
    for (const part of rest.split(/(\r\n|\n|\r)/)) {
      if (part === "") continue;
      if (!/^[\r\n]/.test(part)) {
        this.#line += part;
        this.#skipNewline = false;
        continue;
      }
      // A line end that was cut between two chunks is one line end.
      if (part === "\n" && this.#skipNewline) {
        this.#skipNewline = false;
        continue;
      }
      this.#skipNewline = part === "\r";
      const event = this.#take(this.#line);
      this.#line = "";
      if (event) events.push(event);
    }
    return events;
  }

  #take(line) {
    if (line === "") return this.#dispatch();
    const [, name, value] = /^([^:]*)(?:: ?([^]*))?$/.exec(line);
    if (name === "event") this.#type = value ?? "";
    else if (name === "data") this.#data.push(value ?? "");
    else if (name === "id" && !value?.includes("\0")) this.#id = value ?? "";
    return null;
  }

  #dispatch() {
    const event = { type: this.#type || "message", data: this.#data.join("\n"), id: this.#id };
    const empty = this.#data.length === 0;
    this.#type = "";
    this.#data = [];
    return empty ? null : event;
  }
}
