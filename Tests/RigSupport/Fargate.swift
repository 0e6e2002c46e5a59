internal import Foundation
internal import Synchronization

/// What ECS does on Fargate with the tasks that moto only keeps: runs each task's image with its command, secrets and variables, writes its log,
/// stops it when asked to, and says how it ended.
public final class Fargate: Sendable {
    private let cluster: String
    private let environment: [String: String]
    private let folder: URL
    private let isOver = Atomic<Bool>(false)
    private let tasks = Mutex<[String: Task]>([:])
    private let fault = Mutex<String?>(nil)

    /// One task, as the test may look at it.
    public struct Task: Sendable {
        public var command: [String]
        public var definition: Definition
        /// The exit code, once it has ended.
        public var code: Int32?
        var process: Command?
        var lines = 0
        var isStopping = false
    }

    /// A task definition with its one container.
    public struct Definition: Decodable, Sendable {
        public struct Variable: Decodable, Sendable {
            public var name: String
            public var value: String?
            public var valueFrom: String?
        }
        public struct Log: Decodable, Sendable { public var options: [String: String] }
        public struct Container: Decodable, Sendable {
            public var name: String
            public var image: String
            public var stopTimeout: Int
            public var secrets: [Variable]?
            public var environment: [Variable]?
            public var logConfiguration: Log
        }
        public var containerDefinitions: [Container]
        public var networkMode: String
        public var taskRoleArn: String?
        public var executionRoleArn: String?
    }

    /// - Parameter environment: Variables that lead a task to the rig.
    public init(_ cluster: String, environment: [String: String]) throws {
        (self.cluster, self.environment) = (cluster, environment)
        folder = FileManager.default.temporaryDirectory.appending(path: "vecferry-fargate-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // The image's aws is older than the variable for an endpoint.
        let wrapper = folder.appending(path: "aws")
        try "#!/bin/sh\nexec /usr/bin/aws --endpoint-url \"$AWS_ENDPOINT_URL\" \"$@\"\n".write(
            to: wrapper, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: wrapper.path)
        Thread.start { [self] in
            while !isOver.load(ordering: .relaxed) {
                do { try work() } catch { fault.withLock { $0 = "\(error)" } }
                Thread.sleep(milliseconds: 100)
            }
        }
    }

    /// The tasks so far, by their ids.
    public var all: [String: Task] { tasks.withLock { $0 } }
    /// What kept it from its work, if anything did.
    public var problem: String? { fault.withLock { $0 } }

    /// Ends it, and every container that is left.
    public func close() {
        isOver.store(true, ordering: .relaxed)
        for (id, task) in all where task.code == nil {
            _ = try? Image.docker(["rm", "--force", id]).ended()
            _ = task.process?.ended(within: 10)
        }
        try? FileManager.default.removeItem(at: folder)
    }

    private func work() throws {
        for arn in try arns("RUNNING") where all[Self.id(arn)] == nil { try start(arn) }
        let stopping = Set(try arns("STOPPED").map(Self.id))
        for (id, task) in all where task.code == nil {
            if stopping.contains(id), !task.isStopping {
                tasks.withLock { $0[id]?.isStopping = true }
                _ = try Image.docker(["stop", "--time", "\(task.definition.containerDefinitions[0].stopTimeout)", id])
            }
            try look(at: id, task)
        }
    }

    private func arns(_ state: String) throws -> [String] {
        struct List: Decodable { var taskArns: [String] }
        return try StandIn.call(.ecs, "ListTasks", ["cluster": cluster, "desiredStatus": state], List.self).taskArns
    }

    private static func id(_ arn: String) -> String { arn.split(separator: "/").last.map(String.init) ?? arn }

    private func start(_ arn: String) throws {
        struct Tasks: Decodable {
            struct Task: Decodable {
                var taskDefinitionArn: String
                var overrides: Overrides
            }
            struct Overrides: Decodable { var containerOverrides: [Override] }
            struct Override: Decodable { var command: [String] }
            var tasks: [Task]
        }
        struct Described: Decodable { var taskDefinition: Definition }
        let id = Self.id(arn)
        guard
            let task = try StandIn.call(.ecs, "DescribeTasks", ["cluster": cluster, "tasks": [arn]], Tasks.self).tasks
                .first,
            let command = task.overrides.containerOverrides.first?.command
        else { return }
        let definition = try StandIn.call(
            .ecs, "DescribeTaskDefinition", ["taskDefinition": task.taskDefinitionArn], Described.self
        ).taskDefinition
        let container = definition.containerDefinitions[0]
        var variables = environment
        for variable in container.environment ?? [] { variables[variable.name] = variable.value }
        for secret in container.secrets ?? [] {
            // The ARN, then a field of the JSON, a stage and a version.
            let parts = (secret.valueFrom ?? "").components(separatedBy: ":")
            let stage = parts[8].isEmpty ? "AWSCURRENT" : parts[8]
            struct Secret: Decodable {
                var text: String
                enum CodingKeys: String, CodingKey { case text = "SecretString" }
            }
            variables[secret.name] = try StandIn.call(
                .secretsmanager, "GetSecretValue",
                ["SecretId": parts[..<7].joined(separator: ":"), "VersionStage": stage], Secret.self
            ).text
        }
        try StandIn.call(
            .logs, "CreateLogStream",
            [
                "logGroupName": container.logConfiguration.options["awslogs-group"] ?? "",
                "logStreamName": stream(id, container),
            ])
        let process = try Image.start(
            command, name: id, environment: variables,
            options: ["--volume", "\(folder.path)/aws:/usr/local/bin/aws:ro"])
        tasks.withLock {
            $0[id] = Task(command: command, definition: definition, process: process)
        }
        try sayState()
    }

    private func stream(_ id: String, _ container: Definition.Container) -> String {
        "\(container.logConfiguration.options["awslogs-stream-prefix"] ?? "")/\(container.name)/\(id)"
    }

    /// Hands on what a task has written, and its end.
    private func look(at id: String, _ task: Task) throws {
        guard let process = task.process else { return }
        let hasEnded = !process.isRunning
        let ended = hasEnded ? process.ended() : nil
        // Of a container without a terminal, Docker keeps the two apart. The result comes last.
        var lines = process.errorsSoFar.components(separatedBy: "\n").dropLast()
        if let ended { lines += ended.output.components(separatedBy: "\n").dropLast() }
        let new = lines.dropFirst(task.lines)
        if !new.isEmpty {
            let container = task.definition.containerDefinitions[0]
            let now = Int(Date().timeIntervalSince1970 * 1_000)
            let events = new.map { ["timestamp": now, "message": $0.isEmpty ? " " : $0] as [String: Any] }
            try StandIn.call(
                .logs, "PutLogEvents",
                [
                    "logGroupName": container.logConfiguration.options["awslogs-group"] ?? "",
                    "logStreamName": stream(id, container), "logEvents": events,
                ])
        }
        tasks.withLock { $0[id]?.lines = lines.count }
        guard let ended else { return }
        tasks.withLock { $0[id]?.code = ended.status }
        try sayState()
        if !task.isStopping { try StandIn.call(.ecs, "StopTask", ["cluster": cluster, "task": id]) }
    }

    /// moto's own answer moves a task on each time that it is asked for, and knows no exit code but 0.
    private func sayState() throws {
        try StandIn.setFaults(
            try all.map { id, task in
                var container: [String: Any] = ["name": "vecferry"]
                var described: [String: Any] = ["taskArn": id, "lastStatus": task.code == nil ? "RUNNING" : "STOPPED"]
                if let code = task.code {
                    container["exitCode"] = Int(code)
                    described["stoppedReason"] = "Essential container in task exited"
                }
                described["containers"] = [container]
                let answer = try JSONSerialization.data(withJSONObject: ["tasks": [described], "failures": [Any]()])
                return StandIn.Fault(
                    "DescribeTasks", answer: String(decoding: answer, as: UTF8.self), match: id, times: 100_000)
            })
    }
}
