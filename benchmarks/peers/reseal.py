# Reseal beside other proxies in the shared benchmark: one event loop on one core, from the packed distribution
# where it is built (mvn package), else from the jars (./reseal builds them). A line of peers.json may add "jvm" (flags), "runtime", "admin" and "accessLog" (settings of the YAML).
import glob, json, os, shutil, subprocess

MODES = {"reencrypt", "offload", "passthrough"}
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def java():
    named = os.environ.get("RESEAL_JAVA")
    found = [named] if named else sorted(glob.glob("/usr/lib/jvm/*25*/bin/java"))
    return found[0] if found else shutil.which("java")


def command(p, *arguments):
    # The distribution as it is shipped; a line of peers.json may ask for a plain JDK ("packed": false).
    home = os.path.join(ROOT, "distribution", "target", "reseal")
    packed = p.get("packed", True) and os.path.exists(os.path.join(home, "aot", "reseal.aot"))
    lib = os.path.join(home if packed else os.path.join(ROOT, "proxy-server", "target", "reseal"), "lib")
    classpath = ":".join(sorted(glob.glob(lib + "/*.jar")))
    if packed:
        start = [os.path.join(home, "runtime", "bin", "java"), "@" + os.path.join(lib, "jvm.options"),
                 "-XX:AOTCache=" + os.path.join(home, "aot", "reseal.aot"),
                 "-Djava.library.path=" + os.path.join(home, "native")]
    else:
        start = [java(), "@" + os.path.join(ROOT, "distribution", "src", "main", "distribution", "lib", "jvm.options")]
    return [*start, "-XX:ActiveProcessorCount=1", "-Xmx512m", *p.get("jvm", []),
            "-cp", classpath, "io.reseal.server.Main", *arguments]


def read_pipe(path):
    # As the runtime of a container reads its standard output. A file would grow: in a virtual machine that gives pages
    # back to its host, each new page of it costs more than what is written to it.
    os.mkfifo(path)
    subprocess.Popen(["timeout", "1200", "taskset", "-c", "1", "cat", path], stdout=subprocess.DEVNULL)


def version(p):
    return command(p, "--version")


def setup(p, c):
    identities = {f"i{i}": {"certificate": pem, "serverNames": [host]} for i, (host, pem) in enumerate(c.hosts)}
    action = {"reencrypt": "reencrypt", "offload": "offload", "passthrough": "passthrough"}[c.mode]
    upstream = {"endpoints": [f"127.0.0.1:{c.backend_plain if c.mode == 'offload' else c.backend_tls}"]}
    if c.mode == "reencrypt":
        upstream["tls"] = {"destinationCA": c.destca, "serverName": c.backend_sni}
    config = {
        "listeners": [{"name": "bench", "address": f"127.0.0.1:{c.port}", "maxConnectionsPerSource": 20000,
                       "tls": {"groups": ["X25519MLKEM768", "X25519", "P-256"]}}],
        "identities": identities,
        "routes": [{"name": "all", "hosts": [host for host, _ in c.hosts], action: {"upstream": "backend"}}],
        "upstreams": {"backend": upstream},
        "timeouts": {"keepAlive": "900s", "upstreamIdle": "900s", "upstreamAge": "24h", "tunnelIdle": "900s"},
        "admin": p.get("admin", {"address": "off", "statusAddress": "off"}),
        "runtime": {"eventLoops": 1, **p.get("runtime", {})},
    }
    if "accessLog" in p:
        config["accessLog"] = {**p["accessLog"], "output": f"{c.work}/{p['accessLog']['output']}"}
        read_pipe(config["accessLog"]["output"])
    # JSON is YAML.
    return dict(files={"reseal.yaml": json.dumps(config, indent=1)},
                cmd=command(p, "run", "-c", f"{c.work}/reseal.yaml"), reload="HUP")
