// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

/// What `sql/` holds for the engine to run; the rest of that folder is for operators and for the rig.
let embeddedSQL = [
    "session.sql", "ledger/schema.sql", "ledger/insert_chunks.sql", "ledger/lock_holder.sql", "ledger/referrers.sql",
    "catalog/server.sql", "catalog/relations.sql", "catalog/columns.sql", "catalog/indexes.sql",
    "catalog/foreign_keys.sql", "catalog/triggers.sql", "catalog/sequences.sql", "catalog/user_types.sql",
    "index/progress.sql", "index/leftovers.sql",
]

let package = Package(
    name: "vecferry",
    targets: [
        // libpq: PostgreSQL's own client, so that every connection setting an operator knows works here too.
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
        .target(name: "Postgres", dependencies: ["CLibpq"], swiftSettings: settings),
        .target(
            name: "SQLStatements",
            path: "sql",
            exclude: ["rig", "grants"],
            sources: ["Statements.swift"],
            resources: embeddedSQL.map { .embedInCode($0) },
            swiftSettings: settings
        ),
        .testTarget(name: "PostgresTests", dependencies: ["Postgres"], swiftSettings: settings),
    ]
)
