import { FormattedMessage, useIntl } from "react-intl";
import { useMay } from "../../app/session";
import { useTitle } from "../../app/title";
import { endonyms } from "../../app/Gate";
import { languages } from "../../i18n/catalogue";
import { Field, Section, Select, TextInput } from "../../ui";
import { SettingForm, useSetting } from "./setting";
import { Zones } from "./Zones";

/** Where this is: its name, the language of notifications, its clock, and its network in zones. */
export default function Site() {
  const intl = useIntl();
  useTitle(intl.formatMessage({ id: "settings.site" }));
  const settings = useMay("settings");
  return (
    <div className="wr-sections">
      {settings && <Section title={<FormattedMessage id="site.name" />} text={<FormattedMessage id="site.name.text" />}><Named /></Section>}
      <Section title={<FormattedMessage id="site.zones" />} text={<FormattedMessage id="site.zones.text" />}><Zones /></Section>
    </div>
  );
}

function Named() {
  const draft = useSetting("site", { name: "", language: "en", time_zone: "UTC" });
  return (
    <SettingForm draft={draft}>
      {({ value, set }) => (
        <div className="wr-form">
          <Field label={<FormattedMessage id="site.called" />}><TextInput value={value.name} onChange={(name) => set({ name })} required maxLength={200} /></Field>
          <Field label={<FormattedMessage id="site.language" />} hint={<FormattedMessage id="site.language.hint" />}>
            <Select value={value.language} onChange={(language) => set({ language })} options={languages.map((code) => ({ value: code, label: endonyms[code] }))} />
          </Field>
          <Field label={<FormattedMessage id="site.zone" />} hint={<FormattedMessage id="site.zone.hint" />}>
            <Select value={value.time_zone} onChange={(time_zone) => set({ time_zone })} options={[...new Set([value.time_zone, "UTC", ...(Intl.supportedValuesOf?.("timeZone") ?? [])])].map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") }))} />
          </Field>
        </div>
      )}
    </SettingForm>
  );
}
