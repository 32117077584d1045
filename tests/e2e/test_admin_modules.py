"""Parts of the console that are hard to reach from its screens: its modules, run in the page by themselves."""

from typing import Any

from admin_page import OpenAdmin


def test_saving_touches_only_what_was_changed_even_where_a_value_cannot_be_shown(open_admin: OpenAdmin) -> None:
    page = open_admin()
    told = page.run(
        "const { editForm } = await import('/static/admin/item-edit.js');"
        "const item = { id: 'x', title_zh: '', price: null, sale_price: null };"
        "const stated = { kind: 'a kind the taxonomy lost', colour: '', gender: '' };"
        "const form = editForm({ item, title: 'Padded ', stated, variants: [], etag: '*' }, () => {});"
        "document.body.append(form); form.requestSubmit(); return form.querySelector('.told').textContent"
    )
    assert told == "Nothing was changed."


def test_a_place_shows_what_was_asked_for_last(open_admin: OpenAdmin) -> None:
    page = open_admin(key="")
    shown, signals = page.run(
        "const { loading } = await import('/static/admin/problems.js');"
        "const place = document.createElement('div'); const screen = new AbortController().signal;"
        "const signals = []; let answer;"
        "const slow = loading(place, screen, (signal) => {"
        "  signals.push(signal); return new Promise((resolve) => { answer = resolve; }); });"
        "await loading(place, screen, (signal) => { signals.push(signal); return 'later'; });"
        "answer('earlier'); await slow;"
        "return [place.textContent, signals.map((signal) => signal.aborted)]"
    )
    assert (shown, signals) == ("later", [True, False])


EVENTS = (
    ': hello\r\nid: 1\nevent: progress\ndata: {"done":1}\r\r\ndata\ndata:two\n\n'
    "id: 3\nevent: finished\ndata: 你好\n\n: ping\n\ndata: cut off"
)


def test_an_event_stream_is_read_alike_wherever_it_is_cut(open_admin: OpenAdmin) -> None:
    page = open_admin(key="")
    found = page.run(
        "const { EventStream } = await import('/static/admin/event-stream.js');"
        "const text = arguments[0]; const results = new Set();"
        "for (let i = 0; i <= text.length; i += 1) for (let j = i; j <= Math.min(text.length, i + 3); j += 1) {"
        "  const stream = new EventStream(); const parts = [text.slice(0, i), text.slice(i, j), text.slice(j)];"
        "  results.add(JSON.stringify(parts.flatMap((part) => stream.push(part)))); }"
        "return [...results].map((one) => JSON.parse(one))",
        EVENTS,
    )
    assert found == [
        [
            {"type": "progress", "data": '{"done":1}', "id": "1"},
            {"type": "message", "data": "\ntwo", "id": "1"},
            {"type": "finished", "data": "你好", "id": "3"},
        ]
    ]


def test_a_broken_stream_is_taken_up_after_its_last_event(open_admin: OpenAdmin) -> None:
    page = open_admin(key="")
    heard: Any = page.run(
        "const { follow } = await import('/static/admin/events.js');"
        "const asked = []; const heard = []; let lost = 0; const real = window.fetch;"
        "const parts = arguments[0];"
        "window.fetch = async (url, options) => {"
        "  asked.push(options.headers['Last-Event-ID'] ?? ''); const part = parts.shift();"
        "  if (part === null) throw new TypeError('network');"
        "  return new Response(part, { headers: { 'content-type': 'text/event-stream' } }); };"
        "await follow('v1/x', { signal: new AbortController().signal, lost: () => { lost += 1; },"
        "  heard: ({ type, data }) => { heard.push(data); return type !== 'finished'; } });"
        "window.fetch = real; return [asked, heard, lost]",
        ["id: 7\ndata: a\n\nid: 8\nda", None, "id: 8\nevent: finished\ndata: b\n\n"],
    )
    assert heard == [["", "7", "7"], ["a", "b"], 1]


def test_a_fault_of_the_page_is_no_broken_connection(open_admin: OpenAdmin) -> None:
    page = open_admin(key="")
    told = page.run(
        "const { follow } = await import('/static/admin/events.js'); const real = window.fetch; let lost = 0;"
        "const headers = { 'content-type': 'text/event-stream' };"
        "window.fetch = async () => new Response('data: a\\n\\n', { headers });"
        "const heard = () => { throw new TypeError('mine'); };"
        "const told = await follow('v1/x', { signal: new AbortController().signal, heard, lost: () => { lost += 1; } })"
        "  .catch(String); window.fetch = real; return [told, lost]"
    )
    assert told == ["TypeError: mine", 0]


def test_a_file_of_rows_holds_those_of_every_page(open_admin: OpenAdmin) -> None:
    page = open_admin(key="")
    asked, lines = page.run(
        "const { csvOf } = await import('/static/admin/csv.js'); const real = window.fetch; const asked = [];"
        "const row = (line) => ({ line, item_id: `i${line}`, outcome: 'failed', issues: [] });"
        "const pages = [{ items: [row(1), row(2)], next: 'more' }, { items: [row(3)], next: null }];"
        "window.fetch = async (url) => {"
        "  asked.push(url.searchParams.get('cursor')); return Response.json(pages.shift()); };"
        "const file = await csvOf('j', 'failed', new AbortController().signal); window.fetch = real;"
        "return [asked, (await file.text()).split('\\r\\n')]"
    )
    assert asked == [None, "more"]
    assert lines[1:] == ["1,i1,failed,,,", "2,i2,failed,,,", "3,i3,failed,,,", ""]
