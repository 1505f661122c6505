"""What a service manager hears: ready, alive while loop and lane work, stopping."""

import os
import signal
import socket
import unittest

from journey_process import DEADLINE, Case


class Notify(Case):
    def listen(self):
        path = os.path.join(self.directory, "notify")
        heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        heard.bind(path)
        heard.settimeout(DEADLINE)
        self.addCleanup(heard.close)
        return path, heard

    def test_ready_alive_stopping(self):
        path, heard = self.listen()
        server = self.serve(self.env(NOTIFY_SOCKET=path, WATCHDOG_USEC="60000000"))
        self.assertEqual(heard.recv(256), b"READY=1")
        self.assertEqual(heard.recv(256), b"WATCHDOG=1")
        server.process.send_signal(signal.SIGTERM)
        while (word := heard.recv(256)) == b"WATCHDOG=1":
            pass
        self.assertEqual(word, b"STOPPING=1")
        self.assertEqual(server.wait(), 0)

    def test_no_watchdog_unless_asked_for(self):
        path, heard = self.listen()
        server = self.serve(self.env(NOTIFY_SOCKET=path, WATCHDOG_USEC="60000000", WATCHDOG_PID="1"))
        self.assertEqual(heard.recv(256), b"READY=1")
        self.assertEqual(server.terminate(), 0)
        self.assertEqual(heard.recv(256), b"STOPPING=1")

    def test_a_socket_that_is_not_there_hurts_nobody(self):
        server = self.serve(self.env(NOTIFY_SOCKET="/no/such/socket"))
        self.assertEqual(server.terminate(), 0)


if __name__ == "__main__":
    unittest.main()
