from playbooks.module_utils.ndc_units import Unit as Unit
from playbooks.module_utils.ndc_units import disturbs as disturbs
from playbooks.module_utils.ndc_units import due as due
from playbooks.module_utils.ndc_units import mark as mark
from playbooks.module_utils.ndc_units import settle as settle
from playbooks.module_utils.ndc_units import steps_of as steps_of
