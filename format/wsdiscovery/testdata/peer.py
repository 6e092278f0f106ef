"""The SDC stack sdc11073 (PyPI, MIT) as a peer of package wsdiscovery.

    peer.py record FOLDER   a provider and a consumer discover each other over
                            multicast on 127.0.0.1; each kind of datagram they
                            send is kept as FOLDER/<kind>.xml
    peer.py check FILE...   validates each datagram against the standards'
                            schemas and prints what the stack reads from it
"""

import logging
import pathlib
import sys
import time

from lxml import etree
from sdc11073 import commlog
from sdc11073.definitions_sdc import SdcV1Definitions
from sdc11073.location import SdcLocation
from sdc11073.pysoap.msgreader import MessageReader
from sdc11073.namespaces import default_ns_helper as ns
from sdc11073.wsdiscovery import WSDiscovery
from sdc11073.xml_types import wsd_types


class Keep(logging.Handler):
    """Keeps the first datagram of each kind."""

    def __init__(self, folder):
        super().__init__()
        self.folder = folder

    def emit(self, record):
        action = etree.fromstring(record.msg).findtext('.//{*}Action')
        path = self.folder / (action.rsplit('/', 1)[1].lower() + '.xml')
        if not path.exists():
            path.write_bytes(record.msg)


def record(folder):
    folder.mkdir(exist_ok=True)
    out = logging.getLogger(commlog.DISCOVERY_OUT)
    out.setLevel(logging.DEBUG)
    out.addHandler(Keep(folder))
    scopes = wsd_types.ScopesType(SdcLocation(fac='General Hospital', poc='ICU 2', bed='Bed 4').scope_string)
    scopes.text.append('sdc.mds.pkp:1.2.840.10004.20701.1.1')
    scopes.text.append('sdc.cdc.type:///67108865')
    epr = 'urn:uuid:0f3a1f0e-5ad2-4d59-8a34-7d3f0c6a2b11'
    with WSDiscovery('127.0.0.1') as provider, WSDiscovery('127.0.0.1') as consumer:
        provider.publish_service(epr, SdcV1Definitions.MedicalDeviceTypesFilter, scopes, ['https://127.0.0.1:6464/device'])
        consumer.search_services(types=SdcV1Definitions.MedicalDeviceTypesFilter, timeout=3)
        consumer._send_resolve(epr)
        time.sleep(2)
        provider.clear_service(epr)
        time.sleep(2)


def check(paths):
    for path in paths:
        with open(path, 'rb') as f:
            message = reader().read_received_message(f.read(), validate=True)
        header, body = message.p_msg.header_info_block, message.p_msg.msg_node
        types = body.findtext('.//{*}Types') or ''
        print(header.Action, header.MessageID, body.findtext('.//{*}Address') or '-',
              ' '.join(qname(body, t) for t in types.split()) or '-')


def reader():
    return MessageReader(SdcV1Definitions, None, logging.getLogger('sdc'), validate=True)


def qname(body, text):
    node = body.find('.//{*}Types')
    prefix, _, local = text.rpartition(':')
    return '{%s}%s' % (node.nsmap[prefix or None], local)


if sys.argv[1] == 'record':
    record(pathlib.Path(sys.argv[2]))
else:
    check(sys.argv[2:])
