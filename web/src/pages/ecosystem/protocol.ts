/** Families of protocols, so that a map has seven colours and not forty. A family says what the traffic is for, not how it is carried. */
export const families = ["imaging", "records", "devices", "web", "remote", "infrastructure", "other"] as const;
export type Family = (typeof families)[number];

const byProtocol: Record<string, Family> = {
  dicom: "imaging", dicomweb: "imaging",
  hl7: "records", fhir: "records",
  mqtt: "devices", sdc: "devices", wsdiscovery: "devices", "ws-discovery": "devices", coap: "devices", amqp: "devices",
  http: "web", https: "web", tls: "web", quic: "web",
  ssh: "remote", telnet: "remote", rdp: "remote", vnc: "remote", ftp: "remote", tftp: "remote", smb: "remote", nfs: "remote",
  dns: "infrastructure", dhcp: "infrastructure", arp: "infrastructure", ntp: "infrastructure", mdns: "infrastructure", ldap: "infrastructure",
  kerberos: "infrastructure", syslog: "infrastructure", snmp: "infrastructure",
};

/** The family of a protocol as a link names it: "dicom", "tls", or "tcp/PORT" for what nobody recognised. */
export function familyOf(protocol: string): Family {
  return byProtocol[protocol.toLowerCase()] ?? "other";
}
