import { useElementSize, useMediaQuery } from "@mantine/hooks";
import { memo, useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactElement } from "react";
import { useKeys } from "../app/use-keys.ts";
import { Empty } from "../parts/empty.tsx";
import { StatusIcon } from "../status/status-icon.tsx";
import { lookOf } from "../status/status.ts";
import { durationText, growingText } from "../time/time.ts";
import { useNow } from "../time/use-now.ts";
import { stepTitle } from "./fold-journal.ts";
import type { JournalView } from "./fold-journal.ts";
import { StepDetail } from "./step-detail.tsx";
import type { StepRow } from "./step-rows.ts";
import { foldedLanes, isOutsideLoops, lanesOf, rowsInSight, wholeMsOf, type TimelineLane } from "./timeline-model.ts";
import { TimelineAxis, TimelinePlot } from "./timeline-plot.tsx";
import { around, offsetText, panned, readWindow, windowText, zoomed, type TimeWindow } from "./timeline-window.ts";
import "./timeline.css";

export const timelineRowPx = 26;
/** From so many rows on, loops are folded at first. */
const foldedFrom = 100;
const zoomFactor = 0.5;
const panPart = 0.25;
/** The address follows when the hand rests. */
const addressAfterMs = 250;

interface TimelineTabProps {
  readonly runId: string;
  readonly view: JournalView;
  readonly steps: readonly StepRow[];
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  /** Whether no further step will begin. */
  readonly isOver: boolean;
  readonly isLoading: boolean;
  /** `execution` of the step whose details are open. */
  readonly selected: number | undefined;
  /** The part that is shown, as the address holds it. */
  readonly zoom: string | undefined;
  readonly onSelect: (execution: number | undefined) => void;
  readonly onZoom: (zoom: string | undefined) => void;
  /** Begins a new run with a step. */
  readonly onRestart: (execution: number) => void;
}

/** Steps, waits, tasks and child runs over the time of a run. Rows out of sight are not drawn, however many there are. */
export function TimelineTab(props: TimelineTabProps): ReactElement {
  const { runId, view, steps, startedAt, selected, onSelect, onRestart } = props;
  const isWide = useMediaQuery("(min-width: 1080px)", true, { getInitialValueInEffect: false });
  const step = useMemo(() => steps.find(({ execution }) => execution === selected), [steps, selected]);
  const first = steps[0];
  if (first === undefined) {
    if (props.isLoading)
      return (
        <p className="muted" role="status">
          Loading the timeline …
        </p>
      );
    return <Empty title={props.isOver ? "It ended before any step began" : "No step has begun"} />;
  }
  const detail =
    step === undefined ? null : (
      <StepDetail key={step.execution} runId={runId} step={step} onRestart={() => onRestart(step.execution)} />
    );
  return (
    <div className="steps-layout" data-open={isWide && detail !== null}>
      <Timeline
        {...props}
        waits={view.waits}
        startMs={Math.min(Date.parse(startedAt ?? first.startedAt), Date.parse(first.startedAt))}
        onSelect={onSelect}
      />
      {detail === null ? null : isWide ? (
        <aside className="steps-aside panel">{detail}</aside>
      ) : (
        <div className="panel">{detail}</div>
      )}
    </div>
  );
}

function Timeline({
  steps,
  waits,
  startMs,
  endedAt,
  selected,
  zoom,
  onSelect,
  onZoom,
}: TimelineTabProps & { readonly waits: JournalView["waits"]; readonly startMs: number }): ReactElement {
  const all = useMemo(() => lanesOf(steps, waits, startMs), [steps, waits, startMs]);
  const [fold, setFold] = useState<boolean | undefined>(undefined);
  const hasLoops = useMemo(() => !all.every(isOutsideLoops), [all]);
  const selectedLane = all.find(({ step }) => step.execution === selected);
  const isFolded =
    hasLoops && (fold ?? all.length > foldedFrom) && (selectedLane === undefined || isOutsideLoops(selectedLane));
  const lanes = useMemo(() => (isFolded ? foldedLanes(all) : all), [all, isFolded]);
  const wholeMs = useWholeMs(all, startMs, endedAt);
  const [held, setHeld] = useHeldWindow(zoom, onZoom);
  const shown = shownOf(held, wholeMs);
  const rows = useRef<HTMLDivElement>(null);
  const [scrollTopPx, setScrollTopPx] = useState(0);
  const { ref: sized, width: plotPx } = useElementSize();
  const [heightPx, setHeightPx] = useState(480);
  useLayoutEffect(() => setHeightPx(rows.current?.clientHeight ?? 480), [lanes.length]);
  const sight = rowsInSight(lanes.length, timelineRowPx, scrollTopPx, heightPx);
  const inSight = lanes.slice(sight.first, sight.end);

  const zoomBy = (factor: number, at = 0.5): void => setHeld(zoomed(shown, wholeMs, factor, at));
  const panBy = (part: number): void => {
    if (held !== undefined) setHeld(panned(shown, wholeMs, part));
  };
  const selectedAt = lanes.findIndex(({ step }) => step.execution === selected);

  const focusNext = useRef<number | undefined>(undefined);
  function move(by: 1 | -1): void {
    const at = selectedAt < 0 ? (by === 1 ? 0 : lanes.length - 1) : selectedAt + by;
    const next = lanes[Math.max(0, Math.min(lanes.length - 1, at))];
    if (next === undefined) return;
    focusNext.current = next.step.execution;
    onSelect(next.step.execution);
  }
  // A row that is chosen from afar, as by the address or a key, comes into sight.
  useEffect(() => {
    const box = rows.current;
    if (box === null || selectedAt < 0) return;
    const top = selectedAt * timelineRowPx;
    if (top < box.scrollTop) box.scrollTop = top;
    else if (top + timelineRowPx > box.scrollTop + box.clientHeight)
      box.scrollTop = top + timelineRowPx - box.clientHeight;
  }, [selectedAt]);
  useEffect(() => {
    if (focusNext.current === undefined) return;
    const row = rows.current?.querySelector<HTMLElement>(`[data-execution="${focusNext.current}"]`);
    if (row === null || row === undefined) return; // not drawn yet: it is with the next scroll event
    focusNext.current = undefined;
    row.focus({ preventScroll: true });
  });

  function toggleFold(): void {
    if (!hasLoops) return;
    if (!isFolded && selectedLane !== undefined && !isOutsideLoops(selectedLane)) onSelect(undefined);
    setFold(!isFolded);
  }
  function zoomToStep(): void {
    const lane = lanes[selectedAt];
    if (lane === undefined) return;
    const [own] = lane.spans;
    if (own !== undefined) setHeld(around(own.fromMs, own.toMs ?? wholeMs, wholeMs));
  }
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    Escape: () => onSelect(undefined),
    "+": () => zoomBy(zoomFactor),
    "=": () => zoomBy(zoomFactor),
    "-": () => zoomBy(1 / zoomFactor),
    "0": () => setHeld(undefined),
    z: zoomToStep,
    f: toggleFold,
    ArrowLeft: () => panBy(-panPart),
    ArrowRight: () => panBy(panPart),
  });

  return (
    <section className="timeline panel" aria-label="Timeline">
      <div className="timeline-bar">
        <p className="small muted" role="status">
          {held === undefined ? (
            <>whole run, {endedAt === null ? growingText(wholeMs) : durationText(wholeMs)}</>
          ) : (
            <>
              {offsetText(Math.round(shown.fromMs))} to {offsetText(Math.round(shown.toMs))} after its start
            </>
          )}
        </p>
        <div className="timeline-acts" role="group" aria-label="What is shown">
          {hasLoops ? (
            <Act name={isFolded ? "Unfold loops" : "Fold loops"} keys="f" isOff={false} onAct={toggleFold}>
              {isFolded ? "Unfold loops" : "Fold loops"}
            </Act>
          ) : null}
          <Act name="Earlier" keys="←" isOff={held === undefined || shown.fromMs <= 0} onAct={() => panBy(-panPart)}>
            ←
          </Act>
          <Act name="Later" keys="→" isOff={held === undefined || shown.toMs >= wholeMs} onAct={() => panBy(panPart)}>
            →
          </Act>
          <Act name="Zoom out" keys="−" isOff={held === undefined} onAct={() => zoomBy(1 / zoomFactor)}>
            −
          </Act>
          <Act name="Zoom in" keys="+" isOff={shown.toMs - shown.fromMs <= 10} onAct={() => zoomBy(zoomFactor)}>
            +
          </Act>
          <Act name="Zoom to the chosen step" keys="z" isOff={selectedAt < 0} onAct={zoomToStep}>
            Step
          </Act>
          <Act name="Show all of the run" keys="0" isOff={held === undefined} onAct={() => setHeld(undefined)}>
            All
          </Act>
        </div>
      </div>
      <div className="timeline-axis-row">
        <span />
        <div ref={sized}>
          <TimelineAxis shown={shown} widthPx={plotPx} />
        </div>
      </div>
      <div ref={rows} className="timeline-rows" onScroll={(event) => setScrollTopPx(event.currentTarget.scrollTop)}>
        <div className="timeline-sheet" style={{ height: lanes.length * timelineRowPx }}>
          <ol
            className="timeline-names"
            aria-label="Steps in the order of their start"
            style={{ top: sight.first * timelineRowPx }}
          >
            {inSight.map((lane, index) => (
              <li key={lane.step.execution} aria-setsize={lanes.length} aria-posinset={sight.first + index + 1}>
                <LaneName lane={lane} isSelected={lane.step.execution === selected} onSelect={onSelect} />
              </li>
            ))}
          </ol>
          <TimelinePlot
            lanes={inSight}
            topPx={sight.first * timelineRowPx}
            rowPx={timelineRowPx}
            widthPx={plotPx}
            shown={shown}
            wholeMs={wholeMs}
            startMs={startMs}
            isOpen={endedAt === null}
            selected={selected}
            onSelect={onSelect}
            onZoom={zoomBy}
            onPan={panBy}
          />
        </div>
      </div>
    </section>
  );
}

/** An address may ask for more than the run has. */
function shownOf(held: TimeWindow | undefined, wholeMs: number): TimeWindow {
  return held === undefined || held.toMs - held.fromMs >= wholeMs
    ? { fromMs: 0, toMs: wholeMs }
    : panned(held, wholeMs, 0);
}

/** Of an open run it grows with the clock. */
function useWholeMs(lanes: readonly TimelineLane[], startMs: number, endedAt: string | null): number {
  const now = useNow();
  const nowMs = endedAt === null ? now - startMs : 0;
  return useMemo(
    () => wholeMsOf(lanes, endedAt === null ? undefined : Date.parse(endedAt) - startMs, nowMs),
    [lanes, startMs, endedAt, nowMs],
  );
}

/** What is shown now; the address has it when the hand rests. */
function useHeldWindow(
  zoom: string | undefined,
  onZoom: (zoom: string | undefined) => void,
): [TimeWindow | undefined, (next: TimeWindow | undefined) => void] {
  const [held, setHeld] = useState(() => readWindow(zoom));
  const latest = useRef({ zoom, onZoom });
  useEffect(() => {
    latest.current = { zoom, onZoom };
  });
  const text = windowText(held);
  useEffect(() => {
    const timer = setTimeout(() => {
      if (text !== latest.current.zoom) latest.current.onZoom(text);
    }, addressAfterMs);
    return () => clearTimeout(timer);
  }, [text]);
  return [held, setHeld];
}

function Act({
  name,
  keys,
  isOff,
  onAct,
  children,
}: {
  name: string;
  keys: string;
  isOff: boolean;
  onAct: () => void;
  children: string;
}): ReactElement {
  return (
    <button
      type="button"
      className="timeline-act small"
      aria-label={name}
      title={`${name} ( ${keys} )`}
      disabled={isOff}
      onClick={onAct}
    >
      {children}
    </button>
  );
}

const LaneName = memo(function LaneName({
  lane: { step, depth, turns },
  isSelected,
  onSelect,
}: {
  lane: TimelineLane;
  isSelected: boolean;
  onSelect: (execution: number | undefined) => void;
}): ReactElement {
  const title = stepTitle(step);
  return (
    <button
      type="button"
      className="timeline-name"
      data-execution={step.execution}
      aria-expanded={isSelected}
      title={title}
      style={{ paddingLeft: 10 + Math.min(8, depth) * 12 }}
      onClick={() => onSelect(isSelected ? undefined : step.execution)}
    >
      <StatusIcon status={step.status} size={14} />
      <code className="timeline-id">{title}</code>
      {turns === undefined ? null : <span className="muted small">({turns})</span>}
      <span className="visually-hidden"> {lookOf(step.status).word}</span>
    </button>
  );
});
