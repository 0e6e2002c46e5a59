// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

/// The files of `sql/` that the engine runs. The others are for operators and for the rig.
let embeddedSQL = [
    "session.sql", "own_path.sql", "table_lock_holder.sql", "ledger/trust.sql", "ledger/schema.sql",
    "ledger/grantees.sql",
    "ledger/upgrade.sql", "ledger/tuning.sql", "ledger/run.sql", "ledger/runs.sql", "ledger/run_streams.sql",
    "ledger/insert_chunks.sql", "ledger/insert_definitions.sql",
    "ledger/lock_holder.sql",
    "catalog/server.sql", "catalog/relations.sql", "catalog/columns.sql", "catalog/indexes.sql",
    "catalog/foreign_keys.sql", "catalog/triggers.sql", "catalog/sequences.sql", "catalog/extensions.sql",
    "catalog/functions.sql", "catalog/user_types.sql", "catalog/objects.sql", "catalog/needs.sql",
    "catalog/present.sql", "catalog/taken_names.sql",
    "index/progress.sql", "index/leftovers.sql", "job/loaded_parts.sql", "job/referrers.sql",
    "search/settings.sql",
    "hosts/tables.sql", "hosts/begin.sql", "hosts/epoch.sql", "hosts/heartbeat.sql", "hosts/claim.sql",
    "hosts/board.sql", "hosts/done.sql", "hosts/workers.sql",
    "status/jobs.sql", "status/chunks.sql", "status/builds.sql", "status/commits.sql", "status/load.sql",
]

/// The commit that is built, for `--version`.
let commit = Context.gitInformation.map { $0.currentCommit.prefix(12) + ($0.hasUncommittedChanges ? "+" : "") } ?? ""

let package = Package(
    name: "vecferry",
    products: [
        .executable(name: "vecferry", targets: ["vecferry"]),
        .library(name: "Ferry", targets: ["Ferry"]),
    ],
    dependencies: [
        // Parses the command line, and writes help and completions, in the way that people know.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        // Levels and handlers for the log. The engine itself only yields events.
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        // Only UnixSignals: SIGINT and SIGTERM as an async sequence, instead of signal handlers of our own.
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        // Runs pg_dump, pg_restore, aws and password commands. No traits, so that it does not link Foundation.
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.0", traits: []),
        // Fills the template of the HTML report, and escapes every value in it.
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.0"),
    ],
    targets: [
        // libpq, PostgreSQL's own client library, so that all connection settings that operators know work here too.
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
        // XXH3-128, a published hash that is as fast as memory.
        .systemLibrary(
            name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"]), .brew(["xxhash"])]),
        // Facts about this build. Its one file is all that a new commit compiles.
        .target(name: "CBuild", cSettings: [.define("VECFERRY_COMMIT", to: "\"\(commit)\"")]),
        // The C library by one name: Glibc, Musl or Darwin.
        .target(name: "Platform", swiftSettings: settings),
        .target(name: "Postgres", dependencies: ["CLibpq", "Platform"], swiftSettings: settings),
        .target(
            name: "SQLStatements",
            path: "sql",
            exclude: ["rig", "grants"],
            sources: ["Statements.swift"],
            resources: embeddedSQL.map { .embedInCode($0) },
            swiftSettings: settings
        ),
        .target(
            name: "Ferry",
            dependencies: [
                "Platform", "Postgres", "CXXHash", "SQLStatements",
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "vecferry",
            dependencies: [
                "CBuild", "Ferry", "Platform", "Postgres",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            exclude: ["Output/Schema"],
            resources: ["report.mustache", "report.css", "report.js"].map { .embedInCode("Report/Page/\($0)") },
            swiftSettings: settings
        ),
        // Shared by the tests that need real servers: databases on the rig, proxies, and comparisons.
        .target(
            name: "RigSupport", dependencies: ["Ferry", "Platform", "Postgres"], path: "Tests/RigSupport",
            exclude: ["Browser/probe.js"], swiftSettings: settings),
        .testTarget(name: "PostgresTests", dependencies: ["Platform", "Postgres"], swiftSettings: settings),
        .testTarget(
            name: "FerryTests", dependencies: ["Ferry", "Platform"], exclude: ["Ledger/Golden", "Messages/Golden"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "RigTests", dependencies: ["Ferry", "Platform", "Postgres", "RigSupport"],
            exclude: ["Ledger/Golden", "Hostile/Scripts"], swiftSettings: settings),
        // Crashes, cut connections, bad input and least privilege, mostly with the built program.
        .testTarget(
            name: "FaultTests", dependencies: ["vecferry", "Ferry", "Platform", "Postgres", "RigSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "CommandTests", dependencies: ["vecferry", "Ferry", "Platform", "Postgres", "RigSupport"],
            exclude: ["Golden"], swiftSettings: settings),
    ]
)
