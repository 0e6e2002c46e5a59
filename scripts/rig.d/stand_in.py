"""moto's server, which stands in for AWS, with faults that moto does not have.

PUT /rig/faults takes a JSON list. Each fault names an operation, as `GetSecretValue`, and is used `times` times, after the first `after`
requests for that operation:

    [{"operation": "Scan", "code": "ThrottlingException", "message": "Rate exceeded", "status": 400, "times": 1, "after": 0}]

A fault with a "body" is an answer that moto does not give, such as the state of something that is still being made. One with a "match" is
used only for requests whose parameters hold that text. With the operation "*" it is one of any; with a "caller" only of requests that this
access key signs. With "lost", moto does what is asked for, and only its answer does not arrive.

GET /rig/requests returns the operations that were asked for since the last PUT of faults, with the parameters of their requests.
"""

import contextlib
import json
import re
import sys
import threading
from io import BytesIO
from urllib.parse import parse_qs

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server


class Faults:
    """Answers some requests itself, and hands all others to moto."""

    def __init__(self, app):
        self.app = app
        self.lock = threading.Lock()
        self.faults = []
        self.requests = []

    def __call__(self, environ, start_response):
        path = environ.get("PATH_INFO", "")
        if path == "/rig/faults":
            with self.lock:
                self.faults, self.requests = json.loads(self.body(environ) or b"[]"), []
            return self.answer(start_response, "200 OK", "application/json", "{}")
        if path == "/rig/requests":
            with self.lock:
                return self.answer(start_response, "200 OK", "application/json", json.dumps(self.requests))
        operation, parameters = self.operation(environ)
        fault = self.fault(operation, parameters, environ.get("HTTP_AUTHORIZATION", ""))
        if fault is None:
            return self.app(environ, start_response)
        if fault.get("lost"):
            # What moto does not know fails in any case.
            with contextlib.suppress(Exception):
                b"".join(self.app(environ, lambda *_: None))
        return self.fail(fault, environ, start_response)

    @staticmethod
    def body(environ):
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length)
        environ["wsgi.input"] = BytesIO(body)
        return body

    def operation(self, environ):
        """The operation of a request, in JSON's protocol (its header) or the query protocol (its form)."""
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        body = self.body(environ)
        if target:
            try:
                return target.rsplit(".", 1)[-1], json.loads(body or b"{}")
            except ValueError:
                return target.rsplit(".", 1)[-1], {}
        form = {name: values[0] for name, values in parse_qs(body.decode("utf-8", "replace")).items()}
        return form.get("Action", ""), form

    def fault(self, operation, parameters, authorization):
        if not operation:
            return None
        with self.lock:
            self.requests.append({"operation": operation, "parameters": parameters})
            for fault in self.faults:
                if fault["operation"] not in (operation, "*") or fault.get("times", 1) <= 0:
                    continue
                if f"Credential={fault.get('caller', '')}" not in authorization:
                    continue
                if fault.get("match", "") not in json.dumps(parameters):
                    continue
                if fault.get("after", 0) > 0:
                    fault["after"] -= 1
                    continue
                fault["times"] = fault.get("times", 1) - 1
                return fault
        return None

    def fail(self, fault, environ, start_response):
        if "body" in fault:
            return self.answer(start_response, "200 OK", "text/xml", fault["body"])
        code, message = fault["code"], fault.get("message", "")
        status = f"{fault.get('status', 400)} Fault"
        if environ.get("HTTP_X_AMZ_TARGET"):
            body = json.dumps({"__type": code, "message": message, "Message": message})
            return self.answer(start_response, status, "application/x-amz-json-1.1", body)
        text = re.sub("[<>&]", "", message)
        body = f"<ErrorResponse><Error><Code>{code}</Code><Message>{text}</Message></Error><RequestId>0</RequestId></ErrorResponse>"
        return self.answer(start_response, status, "text/xml", body)

    @staticmethod
    def answer(start_response, status, kind, body):
        data = body.encode()
        start_response(status, [("Content-Type", kind), ("Content-Length", str(len(data)))])
        return [data]


if __name__ == "__main__":
    application = Faults(DomainDispatcherApplication(create_backend_app))
    make_server("127.0.0.1", int(sys.argv[1]), application, threaded=True).serve_forever()
