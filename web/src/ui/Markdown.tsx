// A runbook as text nodes: nothing in it is taken for markup of the page.
import { plainText } from "../model/plain.ts";
import { blocksOf, type Block, type Piece } from "../model/markdown.ts";

function Pieces({ pieces }: { pieces: readonly Piece[] }) {
  return (
    <>
      {pieces.map((piece, i) => {
        switch (piece.kind) {
          case "code": return <code key={i}>{piece.text}</code>;
          case "strong": return <b key={i}>{piece.text}</b>;
          case "link": return <a key={i} href={piece.href} target="_blank" rel="noreferrer noopener">{piece.text}</a>;
          case "text": return piece.text;
        }
      })}
    </>
  );
}

function One({ block }: { block: Block }) {
  switch (block.kind) {
    case "heading": return <h3><Pieces pieces={block.pieces} /></h3>;
    case "paragraph": return <p><Pieces pieces={block.pieces} /></p>;
    case "code": return <pre tabIndex={0}>{block.text}</pre>;
    case "table": return (
      <table tabIndex={0}>
        {block.head.length > 0 && <thead><tr>{block.head.map((cell, i) => <th key={i}><Pieces pieces={cell} /></th>)}</tr></thead>}
        <tbody>{block.rows.map((row, i) => <tr key={i}>{row.map((cell, j) => <td key={j}><Pieces pieces={cell} /></td>)}</tr>)}</tbody>
      </table>
    );
    case "list": {
      const items = block.items.map((item, i) => <li key={i}><Pieces pieces={item} /></li>);
      return block.ordered ? <ol>{items}</ol> : <ul>{items}</ul>;
    }
  }
}

export function Markdown({ text }: { text: string }) {
  return <div class="markdown">{blocksOf(plainText(text)).map((block, i) => <One key={i} block={block} />)}</div>;
}
