import { tenantAttribute, workflowAttribute } from "@mainspring/core";
import { workflowInfo } from "@temporalio/workflow";
import { defineSearchAttributeKey, type SearchAttributePair, SearchAttributeType } from "@temporalio/common";

const tenantKey = defineSearchAttributeKey(tenantAttribute, SearchAttributeType.KEYWORD);
const workflowKey = defineSearchAttributeKey(workflowAttribute, SearchAttributeType.KEYWORD);

/** A child has search attributes where its parent has: the parent was given them because the namespace knows them. */
export function childSearchAttributes(workflow: string): { readonly typedSearchAttributes?: SearchAttributePair[] } {
  const tenantId = workflowInfo().typedSearchAttributes.get(tenantKey);
  if (tenantId === undefined) return {};
  return {
    typedSearchAttributes: [
      { key: tenantKey, value: tenantId },
      { key: workflowKey, value: workflow },
    ],
  };
}
