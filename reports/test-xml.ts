/** As much of an XML reader as the tests need (XML 1.0): it throws where a document is not well-formed. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** All character data directly in it. */
  readonly text: string;
}

interface Open {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: XmlElement[];
  text: string;
}

const token = /<\?xml [^?]*\?>|<\/([\w:-]+)\s*>|<([\w:-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/y;
// 2.2: what may stand in a document.
const characters = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;

function unescaped(text: string): string {
  return text.replace(/&([^;]*;)?/g, (whole, name: string | undefined) => {
    const named = { "amp;": "&", "lt;": "<", "gt;": ">", "quot;": '"', "apos;": "'" }[name ?? ""];
    const [, code] = /^#(\d+);$/.exec(name ?? "") ?? [];
    if (named === undefined && code === undefined) throw new Error(`no such reference: ${whole}`);
    return named ?? String.fromCodePoint(Number(code));
  });
}

export function parseXml(document: string): XmlElement {
  if (!characters.test(document)) throw new Error("a character that XML forbids");
  const root: Open = { name: "", attributes: {}, children: [], text: "" };
  const open = [root];
  for (token.lastIndex = 0; token.lastIndex < document.length; ) {
    const from = token.lastIndex;
    const found = token.exec(document);
    if (!found) throw new Error(`not well-formed at: ${document.slice(from, from + 80)}`);
    const [, end, start, attributes = "", empty, text] = found;
    const inner = open.at(-1) ?? root;
    if (text !== undefined) inner.text += unescaped(text);
    if (end !== undefined) {
      if (open.length === 1 || inner.name !== end) throw new Error(`</${end}> closes <${inner.name}>`);
      open.pop();
    }
    if (start === undefined) continue;
    const element: Open = { name: start, attributes: {}, children: [], text: "" };
    for (const [, name = "", value = ""] of attributes.matchAll(/([\w:-]+)="([^"]*)"/g)) {
      if (name in element.attributes) throw new Error(`<${start}> has ${name} twice`);
      element.attributes[name] = unescaped(value);
    }
    inner.children.push(element);
    if (!empty) open.push(element);
  }
  const [only, ...more] = root.children;
  if (open.length > 1 || !only || more.length > 0 || root.text.trim()) throw new Error("not one element");
  return only;
}
