import type { ReactElement, ReactNode } from "react";
import type { GraphBlock, GraphStep } from "./graph-model.ts";
import "./graph.css";

/** How a definition is drawn. */
export interface GraphDrawing {
  readonly node: (step: GraphStep) => ReactElement;
  /** What stands beside the label of a block. */
  readonly note?: (block: GraphBlock) => ReactNode;
  /** Whether a block is drawn as one that was gone through. */
  readonly isTaken?: (block: GraphBlock) => boolean;
}

/** Steps one below the other, with their blocks side by side. */
export function GraphSequence({
  label,
  steps,
  drawing,
}: {
  label: string;
  steps: readonly GraphStep[];
  drawing: GraphDrawing;
}): ReactElement {
  if (steps.length === 0) return <p className="graph-nothing muted small">nothing</p>;
  return (
    <ol className="graph-sequence" aria-label={label}>
      {steps.map((step) => (
        <li key={step.path} className="graph-step">
          {drawing.node(step)}
          {step.blocks.length === 0 ? null : (
            <div className="graph-blocks" data-many={step.blocks.length > 1}>
              {step.blocks.map((block) => (
                <Block key={block.path} owner={step} block={block} drawing={drawing} />
              ))}
            </div>
          )}
        </li>
      ))}
    </ol>
  );
}

function Block({
  owner,
  block,
  drawing,
}: {
  owner: GraphStep;
  block: GraphBlock;
  drawing: GraphDrawing;
}): ReactElement {
  const label = `${block.label} of ${owner.id}`;
  return (
    <section className="graph-block" data-taken={drawing.isTaken?.(block)} aria-label={label}>
      <p className="graph-label small">
        <code>{block.label}</code>
        {drawing.note?.(block)}
      </p>
      <GraphSequence label={label} steps={block.steps} drawing={drawing} />
    </section>
  );
}

/** What a step is called and what it is about, as it stands in its node. */
export function GraphStepName({ step }: { step: GraphStep }): ReactElement {
  return (
    <>
      <code className="graph-id">{step.id}</code>
      <span className="graph-about muted small">{step.about === "" ? step.type : step.about}</span>
      {step.isDisabled ? <span className="muted small">disabled</span> : null}
    </>
  );
}
