package main

// examples are printed under each command's help.
var examples = map[string]string{
	"wardround": `  wardround demo
  wardround replay ward.pcap
  wardround serve --interface eth1
  wardround finding list
  wardround finding list --server https://wardround.example.org --token @token.txt`,
	"wardround demo": `  wardround demo --open
  wardround demo --scenario exfiltration --scenario pump-silent --hours 2
  wardround demo --speed 0 --stay --listen 127.0.0.1:9000`,
	"wardround serve": `  wardround serve --interface eth1 --filter 'not port 22'
  wardround serve --interface eth1 --listen :8443 --tls-cert ward.crt --tls-key ward.key
  wardround serve --interface eth1 --listen :443 --acme-domain wardround.example.org
  wardround serve --read monday.pcap --read tuesday.pcap
  tcpdump -i eth1 -w - | wardround serve --read -`,
	"wardround replay": `  wardround replay ward.pcap
  wardround replay --format json ward.pcapng.gz | jq 'select(.type=="finding")'
  wardround replay --fail-on high ward.pcap && echo clean
  tcpdump -r ward.pcap -w - 'net 10.1.0.0/16' | wardround replay -`,
	"wardround coverage": `  wardround coverage
  wardround coverage --format json
  wardround coverage --server https://wardround.example.org --token @token.txt`,
	"wardround asset":                  "  wardround asset list\n  wardround asset import --dry-run devices.csv",
	"wardround finding":                "  wardround finding list --cases",
	"wardround check":                  "  wardround check explain tls.weak",
	"wardround evidence":               "  wardround evidence export bundle.zip",
	"wardround feed":                   `  wardround feed import advisories/`,
	"wardround feed import":            "  wardround feed import all.zip kev.json epss_scores-2026-08-26.csv.gz\n  wardround feed import csaf/ --name cisa --complete\n  wardround feed import monday.zip --trust root.json",
	"wardround feed update":            "  wardround --config wardround.yaml feed update\n  wardround --config wardround.yaml feed update nvd cisa",
	"wardround feed mirror":            "  wardround feed mirror --init keys\n  wardround --config wardround.yaml feed mirror --key keys/mirror.key --out monday.zip\n  wardround feed mirror --key keys/mirror.key --out stick/ all.zip kev.json",
	"wardround feed status":            `  wardround feed status`,
	"wardround affected":               "  wardround affected CVE-2021-44228\n  wardround affected 'openssl >=3.0 <3.0.7'\n  wardround affected 'pkg:maven/org.apache.logging.log4j/log4j-core <2.17.1' --fail-on affected",
	"wardround sbom":                   `  wardround sbom check gateway.cdx.json --feeds advisories/`,
	"wardround sbom check":             "  wardround sbom check gateway.cdx.json --feeds advisories/ --fail-on high\n  wardround sbom check image.spdx.json --vex statements.openvex.json --fail-on 'kev || severity >= HIGH && size(fixed) > 0'\n  wardround --format sarif sbom check app.cdx.json --base released.cdx.json > new.sarif",
	"wardround sbom import":            "  wardround sbom import pump-4.2.cdx.json\n  wardround sbom import image.spdx.json --maker 'Example Imaging' --product 'CT Gateway' --version 4.2",
	"wardround sbom diff":              `  wardround sbom diff pump-4.1.cdx.json pump-4.2.cdx.json`,
	"wardround sbom merge":             `  wardround sbom merge board.cdx.json linux.spdx.json app.cdx.json --product Pump --version 4.2 -o pump.cdx.json`,
	"wardround sbom quality":           `  wardround sbom quality pump.cdx.json --profile fda-524b`,
	"wardround release":                `  wardround release list`,
	"wardround release list":           "  wardround release list\n  wardround release list --ending 12          # support ends within a year\n  wardround --format json release list | jq 'select(.components == null) | .id'",
	"wardround release show":           "  wardround release show 'Example Imaging CT Gateway 4.2'\n  wardround release show 'gateway 4.2' --declared",
	"wardround release say":            "  wardround release say --maker 'Example Imaging' --product 'CT Gateway' --version 4.2 --model CTG-4 --support supported --support-ends 2028-06-30\n  wardround release say --maker 'Example Imaging' --product 'CT Gateway' --version 4.2 --clear gtin --reason 'it was that of the box'",
	"wardround release import":         "  wardround release import releases.csv --dry-run\n  wardround release import gudid.json --version 4.2\n  wardround release import device-definitions.json",
	"wardround release declare":        "  wardround release declare mds2-ct-gateway.xlsx --maker 'Example Imaging' --product 'CT Gateway' --version 4.2\n  wardround --format json release declare mds2.xlsx --version 4.2 --dry-run",
	"wardround release evidence":       "  wardround release evidence scan.sarif --maker 'Example Imaging' --product 'CT Gateway' --version 4.2\n  wardround release evidence verdict.intoto.json --key build.pub --maker 'Example Imaging' --product 'CT Gateway' --version 4.2",
	"wardround release diff":           `  wardround release diff 'CT Gateway 4.1' 'CT Gateway 4.2'`,
	"wardround release retire":         `  wardround release retire 'CT Gateway 4.1' --reason "the last one was exchanged, ticket 12"`,
	"wardround gate":                   "  wardround gate app.cdx.json --policy gate.yaml --feeds advisories/\n  wardround --format junit gate app.cdx.json --base released.cdx.json > gate.xml\n  wardround gate app.cdx.json --attest verdict.intoto.json --sign-key build.pem --summary \"$GITHUB_STEP_SUMMARY\"",
	"wardround vex":                    "  wardround vex explain",
	"wardround vex apply":              "  wardround vex apply maker.openvex.json --key maker.pub\n  wardround vex apply statements.json --sbom gateway.cdx.json --feeds advisories/",
	"wardround vex explain":            "  wardround vex explain\n  wardround vex explain statements.json --sbom gateway.cdx.json --feeds advisories/\n  wardround --format json vex explain | jq 'select(.outcome==\"nothing\") | .near'",
	"wardround csaf":                   `  wardround csaf validate advisory.json`,
	"wardround csaf validate":          "  wardround csaf validate advisories/*.json\n  wardround --format json csaf validate advisory.json | jq .failing_tests",
	"wardround cvss":                   `  wardround cvss score CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H`,
	"wardround cvss score":             "  wardround cvss score CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\n  wardround --format json cvss score 'AV:N/AC:L/Au:N/C:P/I:P/A:P' | jq .score",
	"wardround purl":                   `  wardround purl parse pkg:npm/%40angular/core@17.0.0`,
	"wardround purl parse":             `  wardround purl parse 'pkg:deb/debian/libssl3@3.0.11-1?distro=debian-12&upstream=openssl'`,
	"wardround ssvc":                   `  wardround ssvc tables`,
	"wardround ssvc tables":            `  wardround ssvc tables`,
	"wardround ssvc decide":            "  wardround ssvc decide deployer exploitation=active system-exposure=open automatable=yes human-impact=high\n  wardround ssvc decide bod-26-04 in-kev=yes publicly-exposed=no automatable=no technical-impact=total",
	"wardround version show":           "  wardround version\n  wardround version --sbom > wardround.cdx.json",
	"wardround version compare":        "  wardround version compare Debian:12 1.2.3-1~bpo1 1.2.3-1\n  wardround version compare generic 'V4.33' '8.1 SP3'",
	"wardround sim":                    "  wardround sim capture --hours 1 ward.pcap",
	"wardround capture":                "  wardround capture eth1 > packets.pcap",
	"wardround asset list":             "  wardround asset list --kind device --zone icu\n  wardround asset list --proposals --answered",
	"wardround account":                "  wardround account invite ann --as ward",
	"wardround account list":           `  wardround account list`,
	"wardround account invite":         "  wardround account invite ann --display 'Ann Ward' --as ward\n  wardround account invite max --as product-security:'Example Imaging'",
	"wardround account reset":          "  wardround account reset ann          # at the server's machine also for an administrator who is locked out",
	"wardround account link":           `  wardround account link`,
	"wardround token":                  "  wardround token create nightly --account ann --may view > token.txt",
	"wardround token create":           "  wardround token create nightly --account ann --may view,evidence --days 30 > token.txt && chmod 600 token.txt\n  wardround finding list --server https://wardround.example.org --token @token.txt",
	"wardround token list":             `  wardround token list`,
	"wardround token revoke":           `  wardround token revoke nightly`,
	"wardround asset show":             `  wardround asset show a-k3f9…`,
	"wardround asset import":           "  wardround asset import --dry-run devices.csv\n  wardround asset import cmms-bundle.json",
	"wardround asset accept":           "  wardround asset accept --proposals          # list the open questions\n  wardround asset accept p-7dk2…",
	"wardround asset reject":           `  wardround asset reject p-7dk2…`,
	"wardround finding list":           "  wardround finding list\n  wardround finding list --severity high --fail-on high",
	"wardround finding show":           `  wardround finding show f-9ask…`,
	"wardround finding acknowledge":    `  wardround finding acknowledge f-9ask… --reason "maker asked"`,
	"wardround finding accept":         `  wardround finding accept f-9ask… --until 2027-01-31 --reason "VLAN is isolated" --role clinical-engineering`,
	"wardround finding assign":         `  wardround finding assign f-9ask… --to ann --due 2027-01-31 --note "ask the maker"`,
	"wardround finding false-positive": `  wardround finding false-positive f-9ask… --reason "test device on the bench" --scope asset`,
	"wardround finding confirm-claim":  `  wardround finding confirm-claim f-9ask… --reason "the library is not loaded on this model, see test report 7"`,
	"wardround finding mitigated":      `  wardround finding mitigated f-9ask… --reason "the firewall now drops it"`,
	"wardround finding reopen":         `  wardround finding reopen f-9ask… --reason "the firewall was replaced"`,
	"wardround check list":             `  wardround check list`,
	"wardround check off":              `  wardround check off ssh.legacy --reason "the old CT speaks nothing else until its exchange in May"`,
	"wardround check on":               `  wardround check on ssh.legacy --reason "exchanged"`,
	"wardround check explain":          `  wardround check explain mqtt.anonymous`,
	"wardround evidence export":        `  wardround evidence export --from 2026-01-01 --to 2026-04-01 q1.zip`,
	"wardround evidence verify": `  wardround evidence verify q1.zip --key FINGERPRINT
  wardround evidence verify q1.zip --trusted checkpoint.txt`,
	"wardround backup":      `  wardround backup monday.tar`,
	"wardround restore":     `  wardround restore monday.tar --data ./restored`,
	"wardround sim list":    `  wardround sim list`,
	"wardround sim capture": `  wardround sim capture --seed 1 --hours 2 --scenario scan ward.pcap`,
	"wardround validate":    `  wardround validate > validation-report.txt`,
	"wardround version":     "  wardround version\n  wardround version --sbom > wardround.cdx.json",
	"wardround completion":  `  wardround completion bash > /etc/bash_completion.d/wardround`,
}
