import { useIntl, type IntlShape } from "react-intl";
import { plain } from "../../ui";

type Group = "assetrole" | "attribute" | "identifier" | "data" | "source";

/** A word of the inventory's vocabulary. What we have no word for is said as the wire says it, dashes as spaces. */
export function word(intl: IntlShape, group: Group, value: string | undefined): string {
  if (!value) return group === "data" ? intl.formatMessage({ id: "data.unknown" }) : "";
  const id = `${group}.${value}`;
  return id in intl.messages ? intl.formatMessage({ id }) : plain(group === "assetrole" ? value.replaceAll("-", " ") : value);
}

/** Who said a fact: an observation kind ("from HL7 messages"), a person, or an imported file. */
export function sourceWord(intl: IntlShape, source: string): string {
  const person = /^person:(.*)$/s.exec(source), file = /^import:(.*)$/s.exec(source);
  if (person) return intl.formatMessage({ id: "source.person" }, { name: plain(person[1] ?? "") });
  if (file) return intl.formatMessage({ id: "source.import" }, { name: plain(file[1] ?? "") });
  return word(intl, "source", source);
}

export function AssetWord({ group, value }: { group: Group; value: string | undefined }) {
  const intl = useIntl();
  return <bdi>{word(intl, group, value)}</bdi>;
}
