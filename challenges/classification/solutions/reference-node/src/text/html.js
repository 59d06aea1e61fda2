const NAMED = new Map(
  Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', euro: '€', pound: '£' }),
);
const ENTITY = /&(#\d{1,7}|#x[\da-f]{1,6}|[a-z]{2,6});/gi;
const LINE_TAG = /<(?:br|\/?p|\/?div|\/?tr|\/?li|\/?h\d)\b[^<>]{0,500}>/gi;
const ANY_TAG = /<\/?[a-z!][^<>]{0,2000}>/gi;
const INVISIBLE = ['style', 'script', 'head'];

// Searching by hand keeps this linear; a lazy regular expression is quadratic on "<style<style<style…".
function removeElement(text, lower, tag) {
  let kept = '';
  let from = 0;
  for (;;) {
    const open = lower.indexOf(`<${tag}`, from);
    const close = open === -1 ? -1 : lower.indexOf(`</${tag}>`, open);
    if (close === -1) return kept + text.slice(from);
    kept += text.slice(from, open);
    from = close + tag.length + 3;
  }
}

function decodeEntity(entity, name) {
  if (name[0] !== '#') return NAMED.get(name.toLowerCase()) ?? ' ';
  const hex = name[1] === 'x' || name[1] === 'X';
  const point = Number.parseInt(name.slice(hex ? 2 : 1), hex ? 16 : 10);
  return point <= 0x10ffff ? String.fromCodePoint(point) : entity;
}

/** Text of a mail that may be HTML: tags gone, block tags as line ends, entities decoded. */
export function stripHtml(text) {
  let result = text;
  if (text.includes('<')) {
    for (const tag of INVISIBLE) result = removeElement(result, result.toLowerCase(), tag);
    result = result.replace(LINE_TAG, '\n').replace(ANY_TAG, ' ');
  }
  return result.includes('&') ? result.replace(ENTITY, decodeEntity) : result;
}
