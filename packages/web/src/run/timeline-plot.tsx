import { useEffect, useId, useRef, type PointerEvent, type ReactElement, type RefObject } from "react";
import { lookOf } from "../status/status.ts";
import { durationText, exactTime } from "../time/time.ts";
import { stepTitle } from "./fold-journal.ts";
import type { TimelineLane, TimelineSpan } from "./timeline-model.ts";
import { ticksOf, type TimeWindow } from "./timeline-window.ts";

const tickEveryPx = 96;
/** A shorter way of the pointer is a press. */
const dragFromPx = 4;
/** Of a code in capitals, the widest that is written. */
const charPx = 7.6;
const wheelZoom = 1.0018;
const barMinPx = 2;
const textGapPx = 6;
/** Behind the end of what is shown: there the last step is still seen. */
const endPx = 8;

/** The time since the start of the run, above the rows. */
export function TimelineAxis({ shown, widthPx }: { shown: TimeWindow; widthPx: number }): ReactElement {
  const at = placeOf(shown, widthPx);
  return (
    <svg className="timeline-axis" width={widthPx} height={24} aria-hidden="true">
      {ticksOf(shown, widthPx / tickEveryPx).map(({ atMs, label }) => (
        <g key={atMs}>
          <line x1={at(atMs)} x2={at(atMs)} y1={18} y2={24} />
          <text x={at(atMs)} y={13} textAnchor={at(atMs) < 24 ? "start" : at(atMs) > widthPx - 24 ? "end" : "middle"}>
            {label}
          </text>
        </g>
      ))}
    </svg>
  );
}

interface TimelinePlotProps {
  /** Those in sight. */
  readonly lanes: readonly TimelineLane[];
  readonly topPx: number;
  readonly rowPx: number;
  readonly widthPx: number;
  readonly shown: TimeWindow;
  readonly wholeMs: number;
  /** When the run started. */
  readonly startMs: number;
  readonly isOpen: boolean;
  readonly selected: number | undefined;
  readonly onSelect: (execution: number | undefined) => void;
  readonly onZoom: (factor: number, at: number) => void;
  readonly onPan: (part: number) => void;
}

/** Drag to move, wheel with Ctrl to zoom at the pointer. The names beside it are for keyboards and screen readers. */
export function TimelinePlot(props: TimelinePlotProps): ReactElement {
  const { lanes, topPx, rowPx, widthPx, shown, wholeMs, startMs, isOpen, selected, onSelect, onPan } = props;
  const svg = useRef<SVGSVGElement>(null);
  const waitFill = useId();
  useWheel(svg, props);
  const drag = useRef<{ readonly fromX: number; lastX: number; isDrag: boolean } | undefined>(undefined);
  const at = placeOf(shown, widthPx);

  function moved(event: PointerEvent): void {
    const held = drag.current;
    if (held === undefined) return;
    if (Math.abs(event.clientX - held.fromX) >= dragFromPx) held.isDrag = true;
    if (!held.isDrag || widthPx === 0) return;
    onPan((held.lastX - event.clientX) / widthPx);
    held.lastX = event.clientX;
  }
  function released(event: PointerEvent): void {
    const held = drag.current;
    drag.current = undefined;
    if (held === undefined || held.isDrag) return;
    const box = svg.current?.getBoundingClientRect();
    const lane = box === undefined ? undefined : lanes[Math.floor((event.clientY - box.top) / rowPx)];
    if (lane !== undefined) onSelect(lane.step.execution === selected ? undefined : lane.step.execution);
  }

  return (
    <svg
      ref={svg}
      className="timeline-plot"
      width={widthPx}
      height={lanes.length * rowPx}
      style={{ top: topPx }}
      aria-hidden="true"
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { fromX: event.clientX, lastX: event.clientX, isDrag: false };
      }}
      onPointerMove={moved}
      onPointerUp={released}
      onPointerCancel={() => (drag.current = undefined)}
    >
      <defs>
        <pattern id={waitFill} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="2" height="6" className="timeline-hatch" />
        </pattern>
      </defs>
      {ticksOf(shown, widthPx / tickEveryPx).map(({ atMs }) => (
        <line key={atMs} className="timeline-grid" x1={at(atMs)} x2={at(atMs)} y1={0} y2={lanes.length * rowPx} />
      ))}
      {lanes.map((lane, index) => (
        <g key={lane.step.execution} transform={`translate(0 ${index * rowPx})`}>
          <title>{titleOf(lane, startMs)}</title>
          <rect
            className="timeline-row"
            data-selected={lane.step.execution === selected}
            width={widthPx}
            height={rowPx}
          />
          <Lane lane={lane} at={at} widthPx={widthPx} wholeMs={wholeMs} waitFill={waitFill} />
        </g>
      ))}
      {isOpen && shown.toMs >= wholeMs ? (
        <line className="timeline-now" x1={at(wholeMs) - 1} x2={at(wholeMs) - 1} y1={0} y2={lanes.length * rowPx} />
      ) : null}
    </svg>
  );
}

interface LaneProps {
  readonly lane: TimelineLane;
  readonly at: (ms: number) => number;
  readonly widthPx: number;
  readonly wholeMs: number;
  readonly waitFill: string;
}

function Lane({ lane, at, widthPx, wholeMs, waitFill }: LaneProps): ReactElement {
  const placed = lane.spans.flatMap((span) => {
    const [left, right] = [at(span.fromMs), at(span.toMs ?? wholeMs)];
    if (right < -barMinPx || left > widthPx) return [];
    const x = Math.max(-4, left);
    return [{ span, x, width: Math.max(barMinPx, Math.min(widthPx + 4, right) - x) }];
  });
  const end = Math.max(...placed.map(({ x, width }) => x + width));
  const start = Math.min(...placed.map(({ x }) => x));
  const text = textOf(lane);
  const isRoomBehind = end + textGapPx + text.length * charPx < widthPx;
  const isRoomBefore = start - textGapPx - text.length * charPx > 0;
  return (
    <>
      {placed.map(({ span, x, width }, index) => (
        <Bar key={index} span={span} x={x} width={width} waitFill={waitFill} />
      ))}
      {text === "" || placed.length === 0 ? null : isRoomBehind || isRoomBefore ? (
        <text
          className="timeline-text"
          x={isRoomBehind ? end + textGapPx : start - textGapPx}
          y={17}
          textAnchor={isRoomBehind ? "start" : "end"}
        >
          {text}
        </text>
      ) : (
        <TextOver text={text} x={Math.max(0, start)} placed={placed} />
      )}
    </>
  );
}

/** Where a text has room neither behind the bars nor before them: within a bar that holds it, else on a plate. */
function TextOver({
  text,
  x,
  placed,
}: {
  text: string;
  x: number;
  placed: readonly { readonly span: TimelineSpan; readonly x: number; readonly width: number }[];
}): ReactElement {
  const neededPx = text.length * charPx + 2 * textGapPx;
  const within = placed.find(({ span, width }) => span.kind === "step" && width >= neededPx);
  if (within !== undefined)
    return (
      <text className="timeline-text" data-over="bar" x={Math.max(0, within.x) + textGapPx} y={17}>
        {text}
      </text>
    );
  return (
    <>
      <rect className="timeline-plate" x={x + textGapPx / 2} y={6} width={neededPx - textGapPx} height={14} rx={3} />
      <text className="timeline-text" data-over="plate" x={x + textGapPx} y={17}>
        {text}
      </text>
    </>
  );
}

function Bar({
  span: { kind, status },
  x,
  width,
  waitFill,
}: {
  span: TimelineSpan;
  x: number;
  width: number;
  waitFill: string;
}): ReactElement {
  const { tone } = lookOf(status === "RESOLVED" ? "WAITING" : status);
  switch (kind) {
    case "block":
      return <rect className="timeline-block" data-tone={tone} x={x} width={width} y={11} height={4} rx={1} />;
    case "wait":
      return (
        <g data-tone={tone}>
          <rect className="timeline-wait" x={x} width={width} y={7} height={12} rx={2} />
          <rect x={x} width={width} y={7} height={12} rx={2} fill={`url(#${waitFill})`} />
        </g>
      );
    case "step":
      return <rect className="timeline-step" data-tone={tone} x={x} width={width} y={7} height={12} rx={2} />;
    default:
      return kind satisfies never;
  }
}

/** What stands beside the bars: tries beyond the first, what was waited for, the code of a failure. */
function textOf({ step, spans }: TimelineLane): string {
  const tries = (step.attempt ?? 1) > 1 ? [`↻${step.attempt}`] : [];
  const waited = spans.flatMap(({ label }) => (label === undefined ? [] : [label]));
  const code = step.error !== undefined && step.status === "FAILED" ? [step.error.code] : [];
  return [...tries, ...waited.slice(0, 1), ...code].join(" ");
}

function titleOf({ step, spans }: TimelineLane, startMs: number): string {
  const [own, ...waits] = spans;
  const took = own === undefined || own.toMs === undefined ? "" : ` for ${durationText(own.toMs - own.fromMs)}`;
  const tries = (step.attempt ?? 1) > 1 ? `, attempt ${step.attempt}` : "";
  return [
    `${stepTitle(step)}: ${lookOf(step.status).word.toLowerCase()}${tries}, from ${exactTime(step.startedAt)}${took}`,
    ...waits.map(
      ({ label, fromMs, toMs }) =>
        `waited for ${label} from ${exactTime(new Date(startMs + fromMs).toISOString())}${toMs === undefined ? " on" : ` for ${durationText(toMs - fromMs)}`}`,
    ),
  ].join("\n");
}

function placeOf({ fromMs, toMs }: TimeWindow, widthPx: number): (ms: number) => number {
  const perMs = Math.max(1, widthPx - endPx) / Math.max(1, toMs - fromMs);
  return (ms) => (ms - fromMs) * perMs;
}

/** React's own wheel listeners cannot keep the page from zooming or going back. */
function useWheel(
  svg: RefObject<SVGSVGElement | null>,
  actions: Pick<TimelinePlotProps, "onZoom" | "onPan" | "widthPx">,
): void {
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  useEffect(() => {
    const element = svg.current;
    if (element === null) return;
    const turned = (event: WheelEvent): void => {
      const { onZoom, onPan, widthPx } = latest.current;
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        onZoom(wheelZoom ** event.deltaY, event.offsetX / Math.max(1, widthPx));
      } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        event.preventDefault();
        onPan((event.deltaX === 0 ? event.deltaY : event.deltaX) / Math.max(1, widthPx));
      }
    };
    element.addEventListener("wheel", turned, { passive: false });
    return () => element.removeEventListener("wheel", turned);
  }, [svg]);
}
