"""Does what it is told with Debian's python3-sushy, a Redfish client that others wrote.

Each line of the input is JSON, `["act", argument, ...]`; each line of the output is what came of
it: `{"done": ...}`, or `{"failed": "ErrorType", "status": 401, "message": ...}`. The service and
the login come from the environment.
"""

import json
import os
import sys

import sushy
from sushy import auth

LOGINS = {
    "basic": auth.BasicAuth,
    "session": auth.SessionAuth,
    "auto": auth.SessionOrBasicAuth,
}


class Client:
    """Its methods are the acts; `vm` is a System's Id."""

    def __init__(self):
        self._root = None

    def login(self, kind, username=None, password=None):
        login = LOGINS[kind](
            username or os.environ["BMC_USERNAME"], password or os.environ["BMC_PASSWORD"]
        )
        self._root = sushy.Sushy(
            os.environ["BMC_URL"], auth=login, verify=os.environ.get("BMC_CA", True)
        )
        return self._root.redfish_version

    def logout(self):
        self._root._auth.close()

    def sessions(self):
        return len(self._root.get_session_service().sessions.members_identities)

    def systems(self):
        return [each.identity for each in self._root.get_system_collection().get_members()]

    def path(self, path):
        """Any resource, as it is."""
        return self._root._conn.get(path).json()

    def _system(self, vm):
        return self._root.get_system(f"/redfish/v1/Systems/{vm}")

    def system(self, vm):
        system = self._system(vm)
        cpus, arch = system.processors.summary
        nics = system.ethernet_interfaces.summary
        return {
            "name": system.name,
            "uuid": system.uuid,
            "power": system.power_state.value,
            "serial": system.serial_number,
            "maker": system.manufacturer,
            "memory": system.memory_summary.size_gib,
            "cpus": cpus,
            "arch": arch.value,
            "nics": {mac.lower(): state.value for mac, state in nics.items()},
            "bios": len(system.bios.attributes),
            "managers": [each.identity for each in system.managers],
            "chassis": [each.identity for each in system.chassis],
        }

    def disks(self, vm):
        """As Ironic asks for them: drives of all storages, and sizes of either form."""
        system = self._system(vm)
        storages = system.storage.get_members()
        return {
            "drives": [
                [drive.name, drive.protocol.value, drive.capacity_bytes]
                for storage in storages
                for drive in storage.drives
            ],
            "raid": [
                [each.value for each in controller.raid_types]
                for storage in storages
                for controller in storage.controllers.get_members()
            ],
            "volumes": system.storage.volumes_sizes_bytes,
            "simple": system.simple_storage.disks_sizes_bytes,
        }

    def power(self, vm):
        return self._system(vm).power_state.value

    def resets(self, vm):
        return sorted(each.value for each in self._system(vm).get_allowed_reset_system_values())

    def reset(self, vm, kind):
        self._system(vm).reset_system(sushy.ResetType(kind))

    def boot(self, vm, target=None, enabled=None, mode=None):
        system = self._system(vm)
        if target or enabled or mode:
            system.set_system_boot_options(
                target and sushy.BootSource(target),
                enabled and sushy.BootSourceOverrideEnabled(enabled),
                mode and sushy.BootSourceOverrideMode(mode),
            )
            system = self._system(vm)
        values = (system.boot.target, system.boot.enabled, system.boot.mode)
        return [value and value.value for value in values]

    def targets(self, vm):
        return sorted(each.value for each in self._system(vm).get_allowed_system_boot_source_values())

    def patch_boot(self, vm, boot):
        """What this sushy has no call for, with its headers, login and ETags all the same."""
        system = self._system(vm)
        system._conn.patch(system.path, data={"Boot": boot}, etag=system._get_etag())

    def _drive(self, vm):
        for manager in self._system(vm).managers:
            for media in manager.virtual_media.get_members():
                if sushy.VIRTUAL_MEDIA_CD in media.media_types:
                    return media
        raise LookupError("no CD drive")

    def media(self, vm):
        drive = self._drive(vm)
        return {"image": drive.image, "inserted": drive.inserted}

    def insert(self, vm, image):
        self._drive(vm).insert_media(image)
        return self.media(vm)

    def eject(self, vm):
        self._drive(vm).eject_media()
        return self.media(vm)


def told(error):
    return {
        "failed": type(error).__name__,
        "status": getattr(error, "status_code", None),
        "message": str(error),
    }


def main():
    client = Client()
    for line in sys.stdin:
        act, *arguments = json.loads(line)
        try:
            answer = {"done": getattr(client, act)(*arguments)}
        except Exception as error:  # whatever it is, the test judges it
            answer = told(error)
        print(json.dumps(answer), flush=True)


main()
