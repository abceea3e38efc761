// Every word that the window says stands in src/words, so that it can be translated there: none in a template, and no
// number or date is written but by format.ts.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type AST, parse } from "svelte/compiler";
import { describe, expect, it } from "vitest";

const SOURCES = join(import.meta.dirname, "../src");
const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" });
const source = (file: string) => readFileSync(join(SOURCES, file), "utf8");

/** Attributes that people read or hear, and those of our own parts that become such. */
const SAID =
  /^(aria-(label|description|valuetext|roledescription|placeholder)|title|placeholder|alt|label|text|about|sum|help)$/;
const isWord = (text: string) => /\p{L}{2}/u.test(text) || /^\p{L}$/u.test(text.trim());

type Node = { type: string; [part: string]: unknown };

/** Every text of a template and of what is said by attributes that is no expression; strings in expressions too. */
function literals(node: unknown, inSaid = false, found: string[] = []): string[] {
  if (Array.isArray(node)) for (const one of node) literals(one, inSaid, found);
  else if (typeof node === "object" && node !== null && "type" in node) {
    const { type, ...parts } = node as Node;
    if (type === "Text" && isWord(String(parts.data))) found.push(String(parts.data).trim());
    else if (type === "Literal" && inSaid && typeof parts.value === "string" && isWord(parts.value))
      found.push(parts.value);
    else if (type === "TemplateElement" && inSaid) {
      const { raw } = parts.value as { raw: string };
      if (isWord(raw)) found.push(raw);
    } else if (type === "Attribute") {
      // What is looked up by a word, compared with one or handed to a function is not said.
      if (SAID.test(String(parts.name))) literals(parts.value, true, found);
      return found;
    } else if (type === "CallExpression" || type === "BinaryExpression" || type === "MemberExpression") {
      return found;
    } else if (type === "ConditionalExpression") {
      literals([parts.consequent, parts.alternate], inSaid, found);
    } else if (type === "ExpressionTag") literals(parts.expression, true, found);
    else if (type === "StyleDirective" || type === "OnDirective" || type === "AttachTag") return found;
    else for (const part of Object.values(parts)) literals(part, inSaid, found);
  }
  return found;
}

function fromTemplate(text: string): string[] {
  const tree: AST.Root = parse(text, { modern: true });
  return literals(tree.fragment);
}

describe("words", () => {
  it("are found in a template where they do not belong", () => {
    expect(fromTemplate('<p title="Not here">{words.here}</p>')).toEqual(["Not here"]);
    expect(fromTemplate("<p>{good ? 'Fine' : words.bad} Nor here</p>")).toEqual(["Fine", "Nor here"]);
    expect(
      fromTemplate('<b class="one" aria-label={`Close ${name}`}>{"·"}{say(name, "as code")}</b>'),
    ).toEqual(["Close "]);
  });

  const components = files.filter((file) => file.endsWith(".svelte"));
  it.each(components)("of %s all stand in the catalogue", (file) => {
    expect(fromTemplate(source(file))).toEqual([]);
  });

  it("for numbers and dates are asked of the locale in one place", () => {
    const own = files.filter(
      (file) => /\.(svelte|ts)$/.test(file) && !/^(words|recorded|backend)[\\/]/.test(file),
    );
    expect(own.length).toBeGreaterThan(50);
    const wrong = own.filter((file) =>
      /\bIntl\.|toLocale\w*String|\.toFixed\(|\.toDateString|\.toTimeString/.test(source(file)),
    );
    expect(wrong).toEqual([]);
  });
});
