#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Prints the processes that fail, with libprocsieve through ctypes. The kernel filters out status 0.

The optional argument is the path of the server's socket. The structures are those in
<procsieve/filter.h>, <procsieve/record.h> and <procsieve/procsieve.h>.
"""
import ctypes
import errno
import os
import sys
from ctypes import POINTER, byref, c_bool, c_char, c_char_p, c_int, c_size_t, c_void_p
from ctypes import c_uint8, c_uint16, c_uint32, c_uint64

PROCSIEVE_EXIT = 2


class List(ctypes.Structure):
    _fields_ = [("values", POINTER(c_uint64)), ("count", c_size_t)]


class Statuses(ctypes.Structure):
    _fields_ = [("codes", c_uint64 * 4), ("signals", c_uint64 * 2), ("core", c_bool)]


class Filter(ctypes.Structure):
    _fields_ = [
        *(("events", c_uint64), ("sections", c_uint32)),
        *((name, c_bool) for name in ("threads", "no_args", "follow", "statuses_set")),
        ("statuses", Statuses),
        *((name, List) for name in ("pids", "uids", "gids", "euids", "auids", "cgroups", "cpus")),
        *(("comms", c_void_p), ("comm_count", c_size_t)),
        *(("thread_comms", c_void_p), ("thread_comm_count", c_size_t)),
        *(("envs", c_void_p), ("env_count", c_size_t)),
        *(("cgroup_paths", c_void_p), ("cgroup_path_count", c_size_t)),
    ]


class Options(ctypes.Structure):
    _fields_ = [("socket", c_char_p), ("ring_size", c_size_t), ("existing", c_void_p)]


class Record(ctypes.Structure):
    _fields_ = [
        *(("boot_ns", c_uint64), ("cpu", c_uint16), ("type", c_uint8), ("flags", c_uint8)),
        *((name, c_uint32) for name in ("pid", "tid", "ppid", "uid", "gid", "euid", "egid")),
        *((name, c_uint64) for name in ("start_ns", "exec_id", "parent_exec_id", "cgroup_id")),
        ("comm", c_char * 16),
    ]


class Exit(ctypes.Structure):
    """The part of an exit record that is always present."""

    _fields_ = [("record", Record), ("lifetime_ns", c_uint64), ("status", c_uint32)]


library = ctypes.CDLL("libprocsieve.so.0")
library.procsieve_open.argtypes = [
    *(POINTER(c_void_p), POINTER(Filter), POINTER(Options)),
    *(c_char_p, c_size_t),
]
library.procsieve_next.argtypes = [c_void_p, POINTER(c_size_t)]
library.procsieve_next.restype = c_void_p
library.procsieve_wait.argtypes = [c_void_p, c_int]
library.procsieve_lost.argtypes = [c_void_p, POINTER(c_uint64)]
library.procsieve_lost.restype = c_uint64
library.procsieve_close.argtypes = [c_void_p]


def print_exit(address, size):
    """Prints an exit record of `size` bytes at `address`."""
    record = Record.from_address(address)
    if record.type != PROCSIEVE_EXIT or size < Exit.status.offset + Exit.status.size:
        return
    status = Exit.from_address(address).status
    comm = "".join(chr(byte) if 32 <= byte < 127 else "?" for byte in record.comm)
    if os.WIFSIGNALED(status):
        print(record.pid, comm, "was killed by signal", os.WTERMSIG(status), flush=True)
    else:
        print(record.pid, comm, "exited with", os.WEXITSTATUS(status), flush=True)


def main():
    everything = 2**64 - 1
    listener, size, lost = c_void_p(), c_size_t(), 0
    reason = ctypes.create_string_buffer(512)
    options = Options(socket=os.fsencode(sys.argv[1]) if len(sys.argv) > 1 else None)
    wanted = Filter(events=1 << PROCSIEVE_EXIT, no_args=True, statuses_set=True)
    wanted.statuses.codes[:] = [everything - 1, everything, everything, everything]
    wanted.statuses.signals[:] = [everything, everything]
    if library.procsieve_open(byref(listener), byref(wanted), byref(options), reason, len(reason)):
        sys.exit(f"failed.py: {reason.value.decode(errors='replace')}")
    err = 0
    while err >= 0:
        while address := library.procsieve_next(listener, byref(size)):
            print_exit(address, size.value)
        now_lost = library.procsieve_lost(listener, None)
        if now_lost != lost:
            lost = now_lost
            print(f"failed.py: {lost} events lost so far", file=sys.stderr, flush=True)
        err = library.procsieve_wait(listener, -1)
    library.procsieve_close(listener)
    sys.exit(f"failed.py: {'the server is gone' if err == -errno.EPIPE else os.strerror(-err)}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
