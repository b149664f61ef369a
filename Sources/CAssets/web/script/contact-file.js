// Reads the beginning of a contact file by the same rules as the server (room Spreadsheet).

function decode(buffer) {
  const octets = new Uint8Array(buffer);
  const starts = (...mark) => mark.every((octet, i) => octets[i] === octet);
  if (starts(0xff, 0xfe)) return new TextDecoder("utf-16le").decode(octets);
  if (starts(0xfe, 0xff)) return new TextDecoder("utf-16be").decode(octets);
  try {
    // As a stream, so that a letter cut in two by the end of the piece is no mistake.
    return new TextDecoder("utf-8", { fatal: true }).decode(octets, { stream: true });
  } catch { return new TextDecoder("windows-1252").decode(octets); }
}

// Up to so many records of text in quotes or not (RFC 4180); one that is cut off is left out.
function records(text, delimiter, most, isWhole) {
  const rows = [];
  let row = [], cell = "", isQuoted = false;
  const end = () => {
    row.push(cell);
    if (row.length > 1 || row[0].trim()) rows.push(row);
    row = [];
    cell = "";
  };
  for (let at = 0; at < text.length && rows.length < most; at += 1) {
    const c = text[at];
    if (isQuoted) {
      if (c !== '"') cell += c;
      else if (text[at + 1] === '"') { cell += c; at += 1; }
      else isQuoted = false;
    } else if (c === '"' && cell === "") isQuoted = true;
    else if (c === delimiter) { row.push(cell); cell = ""; }
    else if (c === "\n") end();
    else if (c !== "\r") cell += c;
  }
  if (isWhole && !isQuoted && rows.length < most && (cell || row.length)) end();
  return rows;
}

function readTable(buffer, isWhole) {
  let text = decode(buffer);
  // Workbooks and pictures are no text.
  if (text.includes("\0")) return null;
  let delimiter = null;
  const declared = /^sep=(.)\r?\n/i.exec(text);
  if (declared) {
    delimiter = declared[1];
    text = text.slice(declared[0].length);
  }
  let best = { agreeing: 0, columns: 1 };
  for (const candidate of delimiter ? [] : [",", ";", "\t", "|"]) {
    const rows = records(text, candidate, 20, isWhole);
    const columns = rows[0]?.length || 0;
    if (columns < 2) continue;
    const agreeing = rows.filter((row) => row.length === columns).length / rows.length;
    if (agreeing > best.agreeing || (agreeing === best.agreeing && columns > best.columns)) {
      best = { agreeing, columns };
      delimiter = candidate;
    }
  }
  const [header = [], ...rows] = records(text, delimiter || ",", 21, isWhole);
  const seen = new Map();
  const names = header.map((cell, i) => {
    const name = cell.trim() || "Column " + (i + 1);
    const times = (seen.get(name.toLowerCase()) || 0) + 1;
    seen.set(name.toLowerCase(), times);
    return times > 1 ? name + " " + times : name;
  });
  return { names, rows };
}

const looksLikeAddress = (cell) => /^[^\s,;]+@[^\s,;.@][^\s,;@]*\.[^\s,;.@]+$/.test(cell.trim());

function guessEmail({ names, rows }) {
  const known = ["email", "emailaddress", "mail", "mailaddress", "emailadresse", "mailadresse", "correo",
    "correoelectronico", "courriel", "adresseemail", "adressemail", "epost", "indirizzoemail"];
  const plain = names.map((name) => name.normalize("NFD").toLowerCase().replace(/[^\p{L}\p{N}]/gu, ""));
  for (const word of known) if (plain.includes(word)) return plain.indexOf(word);
  const hits = names.map((_, i) => rows.filter((row) => looksLikeAddress(row[i] || "")).length);
  const most = Math.max(...hits);
  return most > 0 ? hits.indexOf(most) : plain.findIndex((name) => name.includes("email"));
}
