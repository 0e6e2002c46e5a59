internal import Postgres

/// Checks the servers and the sessions: notes that concern no single table.
struct ServerCheck {
    let request: CopyRequest
    let survey: Survey

    /// Collects the notes.
    ///
    /// - Parameter relations: The source's relations to be copied, whose types the target must have.
    func notes(for relations: [Relation]) -> [Note] {
        identity() + sessions() + target() + extensions(for: relations) + encodings() + toast()
    }

    private func toast() -> [Note] {
        let server = survey.target.server
        return request.toastCompression.isOffered(by: server) ? [] : [.noLZ4(server)]
    }

    private func identity() -> [Note] {
        var notes: [Note] = []
        if survey.isSameDatabase {
            notes.append(
                Note(
                    level: .blocker, code: .sameDatabase, side: nil, table: nil,
                    message: "Source and target are the same database.",
                    hint: "Give --source the restored snapshot and --target the new cluster."))
        }
        if let refusal = survey.snapshotRefusal { notes.append(.noSnapshot(.source, refusal)) }
        return notes
    }

    private func sessions() -> [Note] {
        var notes: [Note] = []
        for (side, facts) in [(Side.source, survey.sourceSession), (.target, survey.targetSession)] {
            if !facts.isLocal, facts.encryption != .verified {
                let isEncrypted = facts.encryption == .unverified
                notes.append(
                    Note(
                        level: .warning, code: isEncrypted ? .unverifiedServer : .noTLS, side: side, table: nil,
                        message: isEncrypted
                            ? "The certificate of \(facts.host) is not verified, so another server could take its place."
                            : "The connection to \(facts.host) is not encrypted.",
                        hint: "Add sslmode=verify-full and sslrootcert to --\(side)."))
            }
            switch facts.pooler {
            case .none: break
            case .session:
                notes.append(
                    Note(
                        level: .warning, code: .pooler, side: side, table: nil,
                        message: "The connection goes through a pooler.",
                        hint: "Give --\(side) the address of the server itself if you can."))
            case .transaction:
                notes.append(
                    Note(
                        level: .blocker, code: .transactionPooler, side: side, table: nil,
                        message: "The connection goes through a pooler in transaction mode.",
                        hint: "Give --\(side) the address of the server itself, or of a pool in session mode."))
            }
        }
        return notes
    }

    private func target() -> [Note] {
        let server = survey.target.server
        var notes = order()
        if server.isInRecovery {
            notes.append(
                Note(
                    level: .blocker, code: .targetReadOnly, side: .target, table: nil,
                    message: "The server is a standby, which accepts no writes.",
                    hint: "Give --target the address of the writer: for Aurora, the cluster endpoint."))
        }
        if server.beginsReadOnly, !server.isInRecovery {
            let (database, user) = (server.database.sqlIdentifier, server.user.sqlIdentifier)
            notes.append(
                Note(
                    level: .blocker, code: .targetReadOnly, side: .target, table: nil,
                    message:
                        "Sessions are read-only by default: default_transaction_read_only is on for the database, the role or the "
                        + "server.",
                    hint: "If that is not on purpose (a full disk, a migration), run ALTER DATABASE \(database) SET "
                        + "default_transaction_read_only = off, or the same with ALTER ROLE \(user)."))
        }
        if !server.mayKeepLedger {
            notes.append(
                Note(
                    level: .blocker, code: .noLedger, side: .target, table: nil,
                    message: "The role \(server.user) may not keep a ledger in schema vecferry.",
                    hint: server.hasLedgerSchema
                        ? "Connect as the owner of the schema."
                        : "CREATE SCHEMA vecferry AUTHORIZATION \(server.user.sqlIdentifier)."))
        }
        if !survey.source.server.hasTIDRangeScan {
            notes.append(
                Note(
                    level: .info, code: .noTIDRangeScan, side: .source, table: nil,
                    message: "PostgreSQL before version 14 can't read a range of pages, so each table is one chunk.",
                    hint: nil))
        }
        return notes
    }

    /// A warning where source and target may be swapped: clusters are upgraded more often than taken back.
    private func order() -> [Note] {
        let (source, target) = (survey.source.server, survey.target.server)
        let (before, after) = (source.versionNumber / 10_000, target.versionNumber / 10_000)
        guard after < before else { return [] }
        return [
            Note(
                level: .warning, code: .targetOlder, side: .target, table: nil,
                message: "The target is PostgreSQL \(after), older than the source's \(before).",
                hint: "Check that --source and --target are not swapped.")
        ]
    }

    private func extensions(for relations: [Relation]) -> [Note] {
        survey.extensions.compactMap(\.blocker) + pgvector(for: relations)
    }

    private func pgvector(for relations: [Relation]) -> [Note] {
        var types = Set(relations.flatMap { $0.columns.compactMap(\.vectorType) })
        guard !types.isEmpty else { return [] }
        types.formUnion(request.conversions.map(\.conversion.vectorType))
        guard let version = survey.target.server.vectorVersion else {
            guard request.create else {
                return [
                    Note(
                        level: .blocker, code: .extensionMissing, side: .target, table: nil,
                        message: "The extension vector is not installed.",
                        hint: "Run CREATE EXTENSION vector there, or add --create.")
                ]
            }
            // ``ExtensionNeed`` reports a server that does not have its files.
            guard let version = survey.extensions.first(where: { $0.name == "vector" })?.availableVersion else {
                return []
            }
            let created = Note(
                level: .info, code: .extensionCreated, side: .target, table: nil,
                message: "The extension vector is not installed and will be created.", hint: nil)
            return [created] + missing(types, in: PgvectorVersion(parsing: version))
        }
        return missing(types, in: version)
    }

    private func missing(_ types: Set<VectorType>, in version: PgvectorVersion) -> [Note] {
        let newer = types.filter { $0 != .vector }
        guard !newer.isEmpty, version < PgvectorVersion(0, 7, 0) else { return [] }
        let names = newer.map(\.rawValue).sorted().joined(separator: " and ")
        return [
            Note(
                level: .blocker, code: .typeMissing, side: .target, table: nil,
                message:
                    "pgvector \(version) lacks the \(newer.count == 1 ? "type" : "types") \(names), introduced in 0.7.0.",
                hint: "Install pgvector 0.7.0 or later, then run ALTER EXTENSION vector UPDATE.")
        ]
    }

    private func encodings() -> [Note] {
        let (source, target) = (survey.source.server.encoding, survey.target.server.encoding)
        guard source != target else { return [] }
        return [
            Note(
                level: .warning, code: .encodingsDiffer, side: nil, table: nil,
                message: "The encoding is \(source) on the source and \(target) on the target: text is converted.",
                hint: "A table fails if it holds text that the target's encoding can't represent.")
        ]
    }
}
