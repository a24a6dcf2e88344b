#!/usr/bin/env python3
"""Reloads of a configuration of many hosts under traffic: how long each takes, and what the traffic feels of it.

Every host has a certificate, a route and an upstream of its own. A keep-alive client asks a redirect on the same
event loops all the time; the longest it waited is the longest that a loop stood still (and the client with it).
"""
import argparse, http.client, json, os, re, shutil, socket, ssl, subprocess, sys, tempfile, threading, time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make_ca(folder):
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
        "-keyout", f"{folder}/ca.key", "-out", f"{folder}/ca.pem", "-subj", "/CN=reload benchmark CA",
        "-addext", "basicConstraints=critical,CA:TRUE")


def make_identity(folder, name, host):
    key, request, extensions = f"{folder}/{name}.key", f"{folder}/{name}.csr", f"{folder}/{name}.ext"
    with open(extensions, "w") as file:
        file.write(f"subjectAltName=DNS:{host}\n")
    run("openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-keyout", key, "-out", request, "-subj", f"/CN={host}")
    run("openssl", "x509", "-req", "-in", request, "-CA", f"{folder}/ca.pem", "-CAkey", f"{folder}/ca.key",
        "-CAcreateserial", "-days", "30", "-out", f"{folder}/{name}.new", "-extfile", extensions)
    with open(f"{folder}/{name}.new", "a") as out, open(key) as source:
        out.write(source.read())
    os.chmod(f"{folder}/{name}.new", 0o600)
    os.remove(request)
    os.remove(extensions)
    os.remove(key)
    # One step, as a careful tool does it: never half a file.
    os.replace(f"{folder}/{name}.new", f"{folder}/{name}.pem")


def make_certificates(folder, hosts):
    os.makedirs(folder, exist_ok=True)
    if not os.path.exists(f"{folder}/ca.pem"):
        make_ca(folder)
    missing = [i for i in range(hosts) if not os.path.exists(f"{folder}/h{i}.pem")]
    if missing:
        print(f"making {len(missing)} certificates in {folder} ...", flush=True)
    for i in missing:
        make_identity(folder, f"h{i}", f"h{i}.reload.test")


def configuration(folder, hosts, port, admin, marker):
    return json.dumps({   # JSON is YAML.
        "listeners": [{"name": "bench", "address": f"127.0.0.1:{port}", "tls": {}}],
        "identities": {f"h{i}": {"certificate": f"{folder}/h{i}.pem", "serverNames": [f"h{i}.reload.test"]}
                       for i in range(hosts)},
        "routes": [{"name": "probe", "hosts": ["h0.reload.test"], "paths": [{"exact": "/probe"}],
                    "redirect": {"host": "elsewhere.test"}}]
        + [{"name": f"r{i}", "hosts": [f"h{i}.reload.test"], "paths": [{"prefix": f"/{marker}" if i == 1 else "/"}],
            "reencrypt": {"upstream": f"u{i}"}} for i in range(hosts)],
        "upstreams": {f"u{i}": {"endpoints": [f"127.0.0.1:{1024 + i}"], "tls": {"destinationCA": f"{folder}/ca.pem"}}
                      for i in range(hosts)},
        "admin": {"address": f"127.0.0.1:{admin}", "statusAddress": "off"},
    }, indent=1)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


class Probe(threading.Thread):
    """Asks again and again on one connection, and keeps how long each answer took."""

    def __init__(self, port, ca):
        super().__init__(daemon=True)
        self.port, self.context = port, ssl.create_default_context(cafile=ca)
        self.times, self.failed, self.stopped = [], 0, False

    def run(self):
        raw = socket.create_connection(("127.0.0.1", self.port), 30)
        with self.context.wrap_socket(raw, server_hostname="h0.reload.test") as tls:
            while not self.stopped:
                began = time.perf_counter()
                tls.sendall(b"GET /probe HTTP/1.1\r\nHost: h0.reload.test\r\n\r\n")
                answer = b""
                while b"\r\n\r\n" not in answer:
                    piece = tls.recv(65536)
                    if not piece:
                        self.failed += 1
                        return
                    answer += piece
                if not answer.startswith(b"HTTP/1.1 30"):
                    self.failed += 1
                self.times.append((began, time.perf_counter() - began))
                time.sleep(0.001)

    def longest(self, since):
        return max((took for began, took in self.times if began + took >= since), default=0.0)


def post(admin, path):
    connection = http.client.HTTPConnection("127.0.0.1", admin, timeout=120)
    began = time.perf_counter()
    connection.request("POST", path)
    response = connection.getresponse()
    body = json.loads(response.read())
    return time.perf_counter() - began, body


def lag_buckets(admin):
    connection = http.client.HTTPConnection("127.0.0.1", admin, timeout=120)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    above, total = {}, {}
    for loop, bound, count in re.findall(r'^reseal_event_loop_lag_seconds_bucket\{loop="([^"]*)",le="([^"]*)",?\} (\S+)', text, re.M):
        (total if bound == "+Inf" else above).setdefault(loop, {})[bound] = float(count)
    result = {}
    for loop in above:
        for bound, count in above[loop].items():
            result[bound] = result.get(bound, 0) + total[loop]["+Inf"] - count
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, default=10000)
    parser.add_argument("--rounds", type=int, default=3, help="reloads of each kind")
    parser.add_argument("--certificates", help="a folder that keeps the certificates for the next run")
    parser.add_argument("--reseal", default=os.path.join(ROOT, "reseal"), help="the command under test")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        folder = os.path.abspath(options.certificates or f"{work}/certificates")
        make_certificates(folder, options.hosts)
        port, admin, config = free_port(), free_port(), f"{work}/reseal.yaml"

        def write(marker):
            with open(f"{config}.new", "w") as out:
                out.write(configuration(folder, options.hosts, port, admin, marker))
            os.replace(f"{config}.new", config)

        write("first")
        began = time.perf_counter()
        with open(f"{work}/log", "w") as log:
            process = subprocess.Popen([options.reseal, "run", "-c", config, "--no-watch"], stdout=log, stderr=log)
        try:
            while True:
                if process.poll() is not None or time.perf_counter() - began > 120:
                    sys.exit("the proxy did not start:\n" + open(f"{work}/log").read()[-2000:])
                try:
                    socket.create_connection(("127.0.0.1", port), 5).close()
                    break
                except OSError:
                    time.sleep(0.02)
            print(f"{options.hosts} hosts: started in {time.perf_counter() - began:.2f} s")
            probe = Probe(port, f"{folder}/ca.pem")
            probe.start()
            time.sleep(5)
            print(f"longest wait of 5 s without a change: {probe.longest(0) * 1000:.1f} ms")
            number = 0

            def one_route():
                write(f"route{number}")

            def one_certificate():
                make_identity(folder, "h2", "h2.reload.test")

            def hundred_certificates():
                for i in range(3, min(103, options.hosts)):
                    make_identity(folder, f"h{i}", f"h{i}.reload.test")

            print("| change | took s | longest wait ms | outcome |\n|---|---|---|---|")
            for name, change in (("none", lambda: None), ("one route", one_route), ("one certificate", one_certificate),
                                 ("100 certificates", hundred_certificates)):
                for _ in range(options.rounds):
                    number += 1
                    change()
                    time.sleep(1)
                    since = time.perf_counter()
                    took, answer = post(admin, "/reload")
                    time.sleep(2)
                    print(f"| {name} | {took:.2f} | {probe.longest(since) * 1000:.1f} | {answer.get('outcome')} |", flush=True)
            print("event-loop lag above (s): " + json.dumps(lag_buckets(admin)))
            print(f"answers: {len(probe.times)}, failed: {probe.failed}, resident MiB: "
                  + re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{process.pid}/status").read()).group(1)[:-3])
            probe.stopped = True
        finally:
            process.terminate()
            process.wait(60)


if __name__ == "__main__":
    main()
