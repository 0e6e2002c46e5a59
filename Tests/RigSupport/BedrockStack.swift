internal import Foundation
internal import Postgres

/// Bedrock Chat's stack in the stand-in for AWS: what its outputs and resources lead to, before and after the upgrade. moto makes no
/// clusters as parts of stacks, so the clusters and the secret are beside it.
public struct BedrockStack: Sendable {
    public let name: String
    public let secret: String
    public let securityGroup: String
    /// The ECS cluster in which embedding tasks run.
    public let tasks: String
    public let subnet: String
    private let subnets: String
    private let folder: String

    /// Where the steps run, and write their files.
    public var directory: String { folder }

    /// Makes the stack as v0 has it, with a cluster that leads to a database of the rig.
    public init(source: RigDatabase, bots: String) throws {
        name = "Evening\(UInt32.random(in: 0...UInt32.max))"
        folder = FileManager.default.temporaryDirectory.appending(path: "vecferry-\(name)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let vpc = try Self.text("ec2", "create-vpc", "--cidr-block", "10.0.0.0/16", query: "Vpc.VpcId")
        try StandIn.aws("ec2", "modify-vpc-attribute", "--vpc-id", vpc, "--enable-dns-hostnames")
        tasks = "\(name)-tasks"
        try StandIn.aws("ecs", "create-cluster", "--cluster-name", tasks)
        try StandIn.aws(
            "ecs", "register-task-definition", "--family", tasks, "--requires-compatibilities", "FARGATE",
            "--network-mode", "awsvpc",
            "--cpu", "256", "--memory", "512", "--container-definitions",
            #"[{"name": "Container", "image": "embedding", "memory": 512, "cpu": 256}]"#)
        subnet = try Self.text(
            "ec2", "create-subnet", "--vpc-id", vpc, "--cidr-block", "10.0.1.0/24", query: "Subnet.SubnetId")
        securityGroup = try Self.text(
            "ec2", "create-security-group", "--group-name", name, "--description", "database", "--vpc-id", vpc,
            query: "GroupId")
        subnets = name.lowercased()
        try StandIn.aws(
            "rds", "create-db-subnet-group", "--db-subnet-group-name", subnets, "--db-subnet-group-description",
            "private",
            "--subnet-ids", subnet)
        let host = try Self.cluster(
            "\(name.lowercased())-vectorstorecluster-old", source, version: "15.3", subnets, securityGroup)
        secret = try Self.text(
            "secretsmanager", "create-secret", "--name", "\(name)-secret", "--secret-string",
            try Self.login(source, host), query: "ARN")
        try StandIn.aws(
            ["cloudformation", "create-stack", "--stack-name", name, "--template-body", Self.template]
                + parameters(host, source, bots))
    }

    /// What v1's deploy does: another cluster under the same outputs, and a rotated secret, whose version before has the old password.
    public func deploy(target: RigDatabase, bots: String) throws {
        let host = try Self.cluster(newCluster, target, version: "15.10", subnets, securityGroup)
        try StandIn.aws(
            "secretsmanager", "put-secret-value", "--secret-id", secret, "--secret-string", try Self.login(target, host)
        )
        try StandIn.aws(
            ["cloudformation", "update-stack", "--stack-name", name, "--template-body", Self.template]
                + parameters(host, target, bots))
    }

    /// The id of the cluster that the deploy makes.
    public var newCluster: String { "\(name.lowercased())-vectorstorecluster-new" }
    /// The id of the cluster that `restore` makes.
    public var temporaryCluster: String { "vecferry-\(name.lowercased())-source" }

    /// The versions of Aurora PostgreSQL that are offered, which moto does not know.
    public static func offering(_ versions: String...) -> StandIn.Fault {
        let list = versions.map {
            "<DBEngineVersion><Engine>aurora-postgresql</Engine><EngineVersion>\($0)</EngineVersion></DBEngineVersion>"
        }
        return StandIn.Fault(
            "DescribeDBEngineVersions",
            answer: """
                <DescribeDBEngineVersionsResponse><DescribeDBEngineVersionsResult><DBEngineVersions>\(list.joined())\
                </DBEngineVersions></DescribeDBEngineVersionsResult></DescribeDBEngineVersionsResponse>
                """)
    }

    /// Runs a step in the stack's folder.
    ///
    /// - Parameter environment: Variables beside those that lead to the stand-in.
    public func start(_ step: String, _ arguments: [String] = [], environment: [String: String] = [:]) throws -> Command
    {
        let root = FileManager.default.currentDirectoryPath
        var variables = try StandIn.environment().merging(["VECFERRY_AWS_POLL": "0.2", "HOME": folder]) { $1 }
        // libpq keeps the name of the endpoint, and reaches the rig.
        variables["PGHOSTADDR"] = "127.0.0.1"
        return try Command(
            "/bin/bash",
            ["-c", "cd \"$1\" && shift && exec \"$@\"", "-", folder, "\(root)/scripts/aws/\(step)", "--stack", name]
                + arguments,
            environment: variables.merging(environment) { $1 })
    }

    /// Runs a step to its end.
    public func run(_ step: String, _ arguments: String..., environment: [String: String] = [:]) throws -> Command.Ended
    {
        try start(step, arguments, environment: environment).ended()
    }

    /// The text of a file that the steps wrote.
    public func file(_ name: String) throws -> String {
        try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
    }

    /// Removes the folder. What is in the stand-in goes with the rig.
    public func remove() { try? FileManager.default.removeItem(atPath: folder) }

    /// One field of what aws answers.
    public static func text(_ arguments: String..., query: String) throws -> String {
        try StandIn.aws(arguments + ["--query", query, "--output", "text"]).trimmingCharacters(
            in: .whitespacesAndNewlines)
    }

    private func parameters(_ host: String, _ database: RigDatabase, _ bots: String) -> [String] {
        let values = [
            "Secret": secret, "Host": host, "Port": database.portText, "Table": bots, "Group": securityGroup,
            "Subnet": subnet,
            "Tasks": tasks,
        ]
        return ["--parameters"] + values.map { "ParameterKey=\($0.key),ParameterValue=\($0.value)" }
    }

    private static func cluster(
        _ id: String, _ database: RigDatabase, version: String, _ subnets: String, _ group: String
    ) throws -> String {
        try text(
            "rds", "create-db-cluster", "--db-cluster-identifier", id, "--engine", "aurora-postgresql",
            "--engine-version", version,
            "--master-username", "postgres", "--master-user-password", "not-the-rigs", "--port", database.portText,
            "--db-subnet-group-name", subnets, "--vpc-security-group-ids", group, "--database-name", database.name,
            "--serverless-v2-scaling-configuration", "MinCapacity=0.5,MaxCapacity=5", query: "DBCluster.Endpoint")
    }

    private static func login(_ database: RigDatabase, _ host: String) throws -> String {
        let address = try ConnectionParameters(parsing: database.uri)
        let fields: [String: Any] = [
            "username": address["user"] ?? "", "password": address["password"] ?? "", "host": host,
            "port": Int(database.portText) ?? 0, "dbname": database.name, "engine": "postgres",
        ]
        return String(decoding: try JSONSerialization.data(withJSONObject: fields), as: UTF8.self)
    }

    /// The outputs of a stack of v1; those before have not all of them.
    private static let template = "file://scripts/rig.d/bedrock-stack.json"
}

extension RigDatabase {
    /// The port of its server.
    fileprivate var portText: String { (try? ConnectionParameters(parsing: uri)["port"]) ?? "5432" }
}
