// The part of @babel/traverse that the test of the sources uses; the package brings no types.
declare module "@babel/traverse" {
  import type { Node } from "@babel/types";

  export interface Path<N = Node> {
    node: N;
    parent: Node;
    parentPath: Path;
    findParent(found: (path: Path) => boolean): Path | null;
  }
  export type Visitor = { [K in Node["type"]]?: (path: Path<Extract<Node, { type: K }>>) => void };
  export default function traverse(tree: Node, visitor: Visitor): void;
}
