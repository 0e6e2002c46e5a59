"""AWS's command line, already started, for the tests: a call takes a tenth of the time that starting Python and reading the services' models
takes. What runs is awscli itself, in a process of its own for each call, with the caller's arguments, variables and folder.

    warm_aws.py serve PORT     waits for calls
    warm_aws.py PORT ARG...    makes one, as `aws ARG...`; without a server, it starts awscli itself
"""

import json
import os
import socket
import sys


def call(port, arguments):
    """Hands a call to the server, and ends as it ended."""
    try:
        connection = socket.create_connection(("127.0.0.1", port))
    except OSError:
        os.execvp(sys.executable, [sys.executable, "-m", "awscli"] + arguments)
    request = {"arguments": arguments, "environment": dict(os.environ), "folder": os.getcwd()}
    with connection:
        connection.sendall(json.dumps(request).encode() + b"\n")
        answer = b"".join(iter(lambda: connection.recv(1 << 16), b""))
    ended = json.loads(answer)
    sys.stdout.buffer.write(ended["output"].encode("utf-8", "surrogateescape"))
    sys.stderr.buffer.write(ended["errors"].encode("utf-8", "surrogateescape"))
    sys.stdout.flush()
    sys.exit(ended["status"])


def serve(port):
    """Answers each call from a fork of this process."""
    import awscli.clidriver

    # The services' models are read once, and each fork has them.
    driver = awscli.clidriver.create_clidriver()
    loader = driver.session.get_component("data_loader")
    for service in ("cloudformation", "dynamodb", "ec2", "ecs", "iam", "rds", "secretsmanager", "sts"):
        loader.load_service_model(service, "service-2", api_version=None)
        loader.load_service_model(service, "paginators-1", api_version=None)
    driver.session.get_component("endpoint_resolver")
    listener = socket.create_server(("127.0.0.1", port), backlog=64)
    while True:
        connection, _ = listener.accept()
        if os.fork() == 0:
            # The parent need not wait for it: this process, which nobody waits for, ends at once.
            if os.fork() == 0:
                listener.close()
                answer(driver, connection)
            os._exit(0)
        os.wait()
        connection.close()


def answer(driver, connection):
    with connection.makefile("r") as lines:
        request = json.loads(lines.readline())
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    (output, to_output), (errors, to_errors) = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(to_output, 1)
        os.dup2(to_errors, 2)
        for descriptor in (output, errors, to_output, to_errors):
            os.close(descriptor)
        status = 255
        try:
            status = driver.main(request["arguments"])
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 255
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status & 0xFF)
    os.close(to_output)
    os.close(to_errors)
    # Errors are short enough for a pipe.
    said = {"output": everything(output), "errors": everything(errors)}
    said["status"] = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    connection.sendall(json.dumps(said).encode())
    connection.close()
    os._exit(0)


def everything(descriptor):
    parts = []
    while part := os.read(descriptor, 1 << 16):
        parts.append(part)
    return b"".join(parts).decode("utf-8", "surrogateescape")


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(int(sys.argv[2]))
    else:
        call(int(sys.argv[1]), sys.argv[2:])
