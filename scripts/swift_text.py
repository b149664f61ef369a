"""Swift source with its comments and its string literals blanked out, line for line.

A rule that looks for `fatalError(` must not trip over a sentence that mentions it. Code inside an
interpolation, `\\(…)`, is code and stays.
"""


def code_only(source: str) -> str:
    """The source with comments and literal text replaced by spaces; line breaks stay where they are."""
    output: list[str] = []
    _code(source, 0, output, closing_parenthesis=False)
    return "".join(output)


def _blank(text: str) -> str:
    return "".join("\n" if character == "\n" else " " for character in text)


def _code(source: str, at: int, output: list[str], closing_parenthesis: bool) -> int:
    """Copies code from `at`; where an interpolation is read, up to the `)` that ends it."""
    depth = 0
    while at < len(source):
        if source.startswith("//", at):
            end = source.find("\n", at)
            end = len(source) if end < 0 else end
            output.append(_blank(source[at:end]))
            at = end
        elif source.startswith("/*", at):
            end = _end_of_block_comment(source, at)
            output.append(_blank(source[at:end]))
            at = end
        elif (hashes := _hashes_before_quote(source, at)) is not None:
            at = _literal(source, at, hashes, output)
        else:
            character = source[at]
            output.append(character)
            at += 1
            if character == "(":
                depth += 1
            elif character == ")":
                if depth == 0 and closing_parenthesis:
                    return at
                depth -= 1
    return at


def _end_of_block_comment(source: str, at: int) -> int:
    depth = 0
    while at < len(source):
        if source.startswith("/*", at):
            depth += 1
            at += 2
        elif source.startswith("*/", at):
            depth -= 1
            at += 2
            if depth == 0:
                return at
        else:
            at += 1
    return at


def _hashes_before_quote(source: str, at: int) -> int | None:
    """How many `#` stand before the quote that begins here, or None where no literal begins."""
    end = at
    while end < len(source) and source[end] == "#":
        end += 1
    return end - at if end < len(source) and source[end] == '"' else None


def _literal(source: str, at: int, hashes: int, output: list[str]) -> int:
    opening = at + hashes
    quote = '"""' if source.startswith('"""', opening) else '"'
    closing = quote + "#" * hashes
    escape = "\\" + "#" * hashes
    at = opening + len(quote)
    output.append(" " * (hashes + len(quote)))
    while at < len(source):
        if source.startswith(closing, at):
            output.append(" " * len(closing))
            return at + len(closing)
        if source.startswith(escape, at):
            after = at + len(escape)
            output.append(" " * len(escape))
            if after < len(source) and source[after] == "(":
                output.append("(")
                at = _code(source, after + 1, output, closing_parenthesis=True)
            else:
                output.append(_blank(source[after : after + 1]))
                at = after + 1
        elif quote == '"' and source[at] == "\n":
            return at  # unterminated: the compiler will say so
        else:
            output.append(_blank(source[at]))
            at += 1
    return at
