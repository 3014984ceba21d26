import { Document, isCollection, isMap, isNode, visit } from "yaml";
import type { JsonObject } from "../../values/json.ts";

const lineWidth = 110;

/** A scenario file as YAML text: small values in one line each, as one would write them. */
export function scenarioText(file: JsonObject, comment: string): string {
  const document = new Document(file, { aliasDuplicateObjects: false });
  document.commentBefore = comment;
  visit(document, {
    Collection(_, node, path) {
      // The file itself, the list of scenarios, and a scenario are blocks; what is in them is as short as it can be.
      if (path.filter(isCollection).length < 3) return;
      const inLine = JSON.stringify(node.toJSON()).length <= lineWidth - 2 * path.length;
      const isOuter = path.filter(isCollection).length === 3 && isMap(node) && node.items.length > 1;
      if (inLine && !isOuter) {
        node.flow = true;
        return visit.SKIP;
      }
      return undefined;
    },
  });
  if (isNode(document.contents)) document.contents.spaceBefore = true;
  return document.toString({ lineWidth, flowCollectionPadding: true });
}
