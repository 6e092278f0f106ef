import { FormattedMessage, useIntl } from "react-intl";
import { useTitle } from "../../app/title";
import { Field, Section, TextInput } from "../../ui";
import { SettingForm, useSetting } from "./setting";

/** How long raw observations stay. What was judged, and the evidence, stays. */
export default function Retention() {
  const intl = useIntl();
  useTitle(intl.formatMessage({ id: "settings.retention" }));
  const draft = useSetting("retention", { observations_days: 0 });
  return (
    <div className="wr-sections">
      <Section title={<FormattedMessage id="settings.retention" />} text={<FormattedMessage id="retention.text" />}>
        <SettingForm draft={draft}>
          {({ value, set }) => (
            <div className="wr-form">
              <Field label={<FormattedMessage id="retention.days" />} hint={<FormattedMessage id={value.observations_days === 0 ? "retention.forever" : "retention.hint"} values={{ n: value.observations_days }} />}>
                <TextInput type="number" inputMode="numeric" min={0} max={3650} value={String(value.observations_days)} onChange={(text) => set({ observations_days: Math.max(0, Math.min(3650, Math.trunc(Number(text) || 0))) })} />
              </Field>
            </div>
          )}
        </SettingForm>
      </Section>
    </div>
  );
}
