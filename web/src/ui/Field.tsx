import { createContext, useContext, useId } from "react";
import type { InputHTMLAttributes, ReactNode, Ref, SelectHTMLAttributes, TextareaHTMLAttributes } from "react";
import { cx } from "./cx";
import { Icon } from "./Icon";
import "./Field.css";

interface Wiring {
  id: string;
  describedBy?: string;
  invalid: boolean;
  required?: boolean;
}

const Wire = createContext<Wiring | null>(null);

function useWire(props: { id?: string; "aria-describedby"?: string }) {
  const wire = useContext(Wire);
  return {
    id: props.id ?? wire?.id,
    "aria-describedby": [props["aria-describedby"], wire?.describedBy].filter(Boolean).join(" ") || undefined,
    "aria-invalid": wire?.invalid || undefined,
    required: wire?.required,
  };
}

/** Label, control, hint and error, wired to each other: the control inside takes the ids by itself. */
export function Field({ label, hint, error, inline, required, children }: { label: ReactNode; hint?: ReactNode; error?: ReactNode; inline?: boolean; required?: boolean; children: ReactNode }) {
  const id = useId();
  const described = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ");
  return (
    <div className={cx("wr-field", inline && "wr-field-inline")}>
      <label htmlFor={id}>{label}</label>
      <Wire value={{ id, describedBy: described || undefined, invalid: !!error, required }}>{children}</Wire>
      {hint && <div id={`${id}-hint`} className="wr-field-hint">{hint}</div>}
      {error && (
        <div id={`${id}-error`} className="wr-field-error" role="alert">
          <Icon name="warning" size={14} />
          <span>{error}</span>
        </div>
      )}
    </div>
  );
}

export interface TextInputProps extends Omit<InputHTMLAttributes<HTMLInputElement>, "onChange" | "value" | "className"> {
  value: string;
  onChange: (value: string) => void;
  mono?: boolean;
  ref?: Ref<HTMLInputElement>;
}

export function TextInput({ value, onChange, mono, ...rest }: TextInputProps) {
  const wire = useWire(rest);
  return <input type="text" dir="auto" {...rest} {...wire} required={rest.required ?? wire.required} className={cx("wr-input", mono && "wr-input-mono")} value={value} onChange={(e) => onChange(e.target.value)} />;
}

export function TextArea({ value, onChange, mono, ...rest }: Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, "onChange" | "value" | "className"> & { value: string; onChange: (value: string) => void; mono?: boolean; ref?: Ref<HTMLTextAreaElement> }) {
  const wire = useWire(rest);
  return <textarea dir="auto" {...rest} {...wire} required={rest.required ?? wire.required} className={cx("wr-input", mono && "wr-input-mono")} value={value} onChange={(e) => onChange(e.target.value)} />;
}

export interface Option {
  value: string;
  label: string;
  disabled?: boolean;
}

export function Select({ value, onChange, options, ...rest }: Omit<SelectHTMLAttributes<HTMLSelectElement>, "onChange" | "value" | "className"> & { value: string; onChange: (value: string) => void; options: readonly Option[]; ref?: Ref<HTMLSelectElement> }) {
  const wire = useWire(rest);
  return (
    <select {...rest} {...wire} className="wr-input" value={value} onChange={(e) => onChange(e.target.value)}>
      {options.map((option) => <option key={option.value} value={option.value} disabled={option.disabled}>{option.label}</option>)}
    </select>
  );
}

export function Checkbox({ checked, onChange, label, hint, indeterminate, ...rest }: Omit<InputHTMLAttributes<HTMLInputElement>, "onChange" | "checked" | "type" | "className"> & { checked: boolean; onChange: (checked: boolean) => void; label: ReactNode; hint?: ReactNode; indeterminate?: boolean }) {
  const id = useId();
  return (
    <label className="wr-check">
      <input
        {...rest}
        type="checkbox"
        checked={checked}
        ref={(node) => {
          if (node) node.indeterminate = !!indeterminate;
        }}
        aria-describedby={hint ? id : undefined}
        onChange={(e) => onChange(e.target.checked)}
      />
      <span className="wr-check-text">
        <span>{label}</span>
        {hint && <span id={id} className="wr-field-hint">{hint}</span>}
      </span>
    </label>
  );
}

/** One of a few, all in view: arrows move, as in every radio group. */
export function Segments({ label, value, onChange, options, name }: { label: string; value: string; onChange: (value: string) => void; options: readonly { value: string; label: ReactNode }[]; name?: string }) {
  const id = useId();
  return (
    <div role="radiogroup" aria-label={label} className="wr-segments">
      {options.map((option) => (
        <label key={option.value}>
          <input type="radio" name={name ?? id} value={option.value} checked={option.value === value} onChange={() => onChange(option.value)} />
          {option.label}
        </label>
      ))}
    </div>
  );
}
