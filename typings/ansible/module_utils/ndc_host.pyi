from playbooks.module_utils.ndc_host import Due as Due
from playbooks.module_utils.ndc_host import Entry as Entry
from playbooks.module_utils.ndc_host import Host as Host
from playbooks.module_utils.ndc_host import Refused as Refused
