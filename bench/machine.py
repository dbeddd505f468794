"""The machine that figures come from, in words; its processors; and how busy it is with other things."""

import os
import pathlib
import platform
import re
import resource
import subprocess


def lines():
    """What has to stand beside figures so that they mean something."""
    cores = len(os.sched_getaffinity(0))
    return [
        f"processor: {processor()}, {cores} {'core' if cores == 1 else 'cores'}",
        f"memory: {memory_gib():.0f} GiB",
        f"kernel: {platform.system()} {platform.release()}",
        f"system: {distribution()}",
        f"compiler: {first_line('clang++-19', '--version')}",
        f"libraries: libuv {library('libuv')}, OpenSSL {library('openssl')}, zlib {library('zlib')}",
        f"load average at the start: {load_average()}",
    ]


def processor():
    found = re.search(r"^(?:model name|Model)\s*:\s*(.+)$", pathlib.Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.machine()


def memory_gib():
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)


def distribution():
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return "unknown"


def first_line(*command):
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    except OSError:
        return "unknown"
    return (done.stdout.splitlines() or ["unknown"])[0].strip()


def library(name):
    return first_line("pkg-config", "--modversion", name)


def load_average():
    return f"{os.getloadavg()[0]:.2f}"


def processors():
    """Those that may be used, one of each physical core first."""
    usable = sorted(os.sched_getaffinity(0))
    cores = [cpu for cpu in usable if cpu == min(siblings(cpu) & set(usable))]
    return cores + [cpu for cpu in usable if cpu not in cores]


def shared_out(loops=1):
    """The processors for a server of so many loops, and the one for the load. Where there are too few for each loop to
    have its own, all loops have the first; of only one, the load has it as well."""
    usable = processors()
    return (usable[:loops] if len(usable) > loops else usable[:1]), usable[min(loops, len(usable) - 1)]


def siblings(cpu):
    """The processors that are threads of the same core."""
    try:
        text = pathlib.Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list").read_text()
    except OSError:
        return {cpu}
    found = set()
    for part in text.strip().split(","):
        first, _, last = part.partition("-")
        found.update(range(int(first), int(last or first) + 1))
    return found


def busy_seconds():
    """CPU time of the whole machine that was not idle, in seconds, what a hypervisor took included."""
    fields = [int(field) for field in pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    user, nice, system, _idle, _waiting, interrupts, soft_interrupts, stolen = fields
    return (user + nice + system + interrupts + soft_interrupts + stolen) / os.sysconf("SC_CLK_TCK")


def raise_descriptor_limit():
    """As high as it goes, and what that is. Servers and the load generator inherit it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for limit in (65536, hard):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, max(limit, hard)))
            return limit
        except (ValueError, OSError):
            continue
    return soft
