import { Input, NativeSelect } from "@mantine/core";
import { useId, type ReactElement } from "react";
import { spanUnits, type SpanDraft, type SpanUnit } from "./span-text.ts";
import "./fields.css";

/** An amount and its unit. */
export function SpanInput({
  label,
  hint,
  value,
  problem,
  onChange,
}: {
  label: string;
  hint?: string;
  value: SpanDraft;
  problem?: string | undefined;
  onChange: (next: SpanDraft) => void;
}): ReactElement {
  const id = useId();
  return (
    <Input.Wrapper id={id} label={label} description={hint} error={problem} errorProps={{ role: "alert" }}>
      <div className="span-input">
        <Input
          id={id}
          inputMode="decimal"
          autoComplete="off"
          value={value.amount}
          error={problem !== undefined}
          onChange={(event) => onChange({ ...value, amount: event.currentTarget.value })}
        />
        <NativeSelect
          aria-label={`${label}: unit`}
          value={value.unit}
          data={spanUnits.map(({ unit }) => unit)}
          onChange={(event) => onChange({ ...value, unit: event.currentTarget.value as SpanUnit })}
        />
      </div>
    </Input.Wrapper>
  );
}
