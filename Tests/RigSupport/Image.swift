internal import Foundation

/// The image of `scripts/aws/Dockerfile`, in the rig's own Docker engine.
public enum Image {
    /// The image's name, once it is built.
    public static let name = "vecferry-rig"

    /// What came of building it. It has the installed program and no network; its certificates of RDS are those of the rig's servers with TLS.
    public static let built = Result { try build() }

    private static func build() throws {
        let context = FileManager.default.temporaryDirectory.appending(path: "vecferry-image-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: context, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: context) }
        for (variable, file) in [
            ("VECFERRY_INSTALLED", "vecferry"), ("VECFERRY_RIG_TLS_CA", "bundle.pem"),
        ] {
            try FileManager.default.copyItem(
                at: URL(filePath: try Rig.variable(variable)), to: context.appending(path: file))
        }
        let ended = try docker([
            "build", "--quiet", "--network", "none", "--target", "prebuilt", "--tag", name,
            "--file", "scripts/aws/Dockerfile",
            "--build-arg", "BASE=\(try Rig.variable("VECFERRY_RIG_ENGINE_BASE"))", "--build-arg",
            "RDS_BUNDLE=bundle.pem",
            context.path,
        ]).ended()
        guard ended.status == 0 else { throw Psql.Failure(description: ended.said) }
    }

    /// Starts Docker's command line with the rig's engine.
    public static func docker(_ arguments: [String]) throws -> Command {
        try Command("/usr/bin/env", ["docker", "--host", try Rig.variable("VECFERRY_RIG_ENGINE")] + arguments)
    }

    /// Starts a container of the image that shares this machine's network.
    public static func start(
        _ arguments: [String], name container: String, environment: [String: String] = [:], options: [String] = []
    ) throws -> Command {
        try docker(
            ["run", "--rm", "--init", "--name", container, "--network", "host"] + options
                + environment.sorted { $0.key < $1.key }.flatMap { ["--env", "\($0.key)=\($0.value)"] } + [name]
                + arguments)
    }
}
