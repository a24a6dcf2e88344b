#!/usr/bin/env python3
"""What metrics and the access log cost: CPU time per request with them and without them, in one process.

Processes differ from each other by more than watching costs, so one process serves windows of requests, and the admin
port, and with it the metrics, and the log are switched on and off between them by SIGHUP. Needs h2load, nginx, openssl
and two processors: the proxy has the first, everything else the second.
"""
import argparse, json, os, re, signal, socket, statistics, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "reload"))
from reload import free_port, make_ca, make_identity  # noqa: E402 (the folder is known only now)

HOST = "observe.test"
PROXY_CPU, OTHER_CPU = "0", "1"
SCENARIOS = {"h1": ["--h1", "-c32", "-m1"], "h2": ["-c8", "-m8"]}
KINDS = ["none", "metrics", "log", "both"]
TICKS = os.sysconf("SC_CLK_TCK")


def pinned(cpu, *command):
    return ["taskset", "-c", cpu, *command]


def start_backend(folder, port):
    with open(f"{folder}/body", "wb") as body:
        body.write(os.urandom(1024))
    with open(f"{folder}/nginx.conf", "w") as conf:
        conf.write(f"""worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{ access_log off; keepalive_requests 1000000000; keepalive_timeout 900s; root {folder};
 client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder}; uwsgi_temp_path {folder};
 scgi_temp_path {folder};
 server {{ listen 127.0.0.1:{port} ssl; ssl_certificate {folder}/front.pem; ssl_certificate_key {folder}/front.pem; }} }}
""")
    return subprocess.Popen(pinned(OTHER_CPU, "nginx", "-p", folder, "-c", f"{folder}/nginx.conf"),
                            stderr=subprocess.DEVNULL)


def configuration(folder, port, backend, log, admin):
    return json.dumps({   # JSON is YAML.
        "listeners": [{"name": "bench", "address": f"127.0.0.1:{port}", "tls": {}}],
        "identities": {"front": {"certificate": f"{folder}/front.pem", "serverNames": [HOST]}},
        "routes": [{"name": "all", "hosts": [HOST], "reencrypt": {"upstream": "backend"}}],
        "upstreams": {"backend": {"endpoints": [f"127.0.0.1:{backend}"],
                                  "tls": {"destinationCA": f"{folder}/ca.pem", "serverName": HOST}}},
        "timeouts": {"keepAlive": "900s", "upstreamIdle": "900s"},
        "admin": {"address": "127.0.0.1:0" if admin else "off", "statusAddress": "off"},
        "runtime": {"eventLoops": 1},
        **({"accessLog": {"output": log}} if log else {}),
    }, indent=1)


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def load(port, requests, arguments):
    done = subprocess.run(
        pinned(OTHER_CPU, "h2load", "-t1", f"-n{requests}", *arguments, f"--connect-to=127.0.0.1:{port}",
               f"https://{HOST}/body"), capture_output=True, text=True, timeout=600).stdout
    good = re.search(r"status codes: (\d+) 2xx", done)
    if not good or int(good[1]) != requests:
        sys.exit(f"not every request was answered with 200:\n{done[-800:]}")


def await_port(process, port, log):
    deadline = time.monotonic() + 120
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), 5).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                sys.exit("the proxy did not start:\n" + open(log).read()[-2000:])
            time.sleep(0.05)


class Windows:
    """One process under test, and its windows."""

    def __init__(self, process, write, port, arguments):
        self.process, self.write, self.port, self.arguments = process, write, port, arguments

    def switch(self, watching):
        self.write(watching)
        os.kill(self.process.pid, signal.SIGHUP)
        time.sleep(0.6)

    def run(self, watching, requests):
        self.switch(watching)
        load(self.port, requests // 4, self.arguments)
        before = cpu_seconds(self.process.pid)
        load(self.port, requests, self.arguments)
        return (cpu_seconds(self.process.pid) - before) / requests * 1e6


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", choices=SCENARIOS, default="h1", help="1 KiB over HTTP/1.1 or HTTP/2")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS, help="what to compare with the first")
    parser.add_argument("--rounds", type=int, default=8, help="windows of each kind")
    parser.add_argument("--requests", type=int, default=100000, help="in each window")
    parser.add_argument("--warm", type=int, default=400000, help="requests before the first window")
    parser.add_argument("--output", help="where the log goes, instead of a pipe that another process reads")
    parser.add_argument("--reseal", default=os.path.join(ROOT, "reseal"), help="the command under test")
    options = parser.parse_args()
    arguments = SCENARIOS[options.scenario]
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)   # the workers of nginx are another user
        make_ca(folder)
        make_identity(folder, "front", HOST)
        port, backend_port, pipe = free_port(), free_port(), f"{folder}/access.pipe"
        os.mkfifo(pipe)
        # Open for writing as well, so that it stays open while nobody writes.
        reader = subprocess.Popen(pinned(OTHER_CPU, "cat"), stdin=os.open(pipe, os.O_RDWR), stdout=subprocess.DEVNULL)
        backend = start_backend(folder, backend_port)

        def write(watching):
            with open(f"{folder}/reseal.yaml.new", "w") as out:
                out.write(configuration(folder, port, backend_port,
                                        log=(options.output or pipe) if watching in ("log", "both") else None,
                                        admin=watching in ("metrics", "both")))
            os.replace(f"{folder}/reseal.yaml.new", f"{folder}/reseal.yaml")

        write("none")
        with open(f"{folder}/log", "w") as log:
            process = subprocess.Popen(
                pinned(PROXY_CPU, options.reseal, "run", "-c", f"{folder}/reseal.yaml", "--no-watch"),
                stdout=log, stderr=log,
                env={**os.environ, "JDK_JAVA_OPTIONS": "-XX:ActiveProcessorCount=1 "
                     + os.environ.get("JDK_JAVA_OPTIONS", "")})
        try:
            await_port(process, port, f"{folder}/log")
            windows = Windows(process, write, port, arguments)
            load(port, options.warm, arguments)
            kinds = options.kinds
            for watching in kinds + kinds:   # what is compiled for one must not be compiled in a window
                windows.run(watching, options.requests // 2)
            print("CPU time per request in us\n")
            print("| round | " + " | ".join(kinds) + " |" + "\n|" + "---|" * (len(kinds) + 1))
            rounds = []
            for number in range(options.rounds):
                took = {}
                for turn in range(len(kinds)):
                    watching = kinds[(number + turn) % len(kinds)]
                    took[watching] = windows.run(watching, options.requests)
                rounds.append(took)
                print(f"| {number} | " + " | ".join(f"{took[kind]:.2f}" for kind in kinds) + " |", flush=True)
            for kind in kinds[1:]:
                ratios = [took[kind] / took[kinds[0]] for took in rounds]
                print(f"{kind}: {statistics.median(ratios):.3f} of the time with {kinds[0]} (median of the rounds, "
                      f"{options.scenario})")
        finally:
            for started in (process, backend, reader):
                started.terminate()
            for started in (process, backend, reader):
                started.wait(60)


if __name__ == "__main__":
    main()
