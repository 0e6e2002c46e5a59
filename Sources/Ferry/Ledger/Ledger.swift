internal import Postgres
internal import SQLStatements

/// The schema `vecferry` in the target database: the plan of each job, its progress, and the definitions that restore
/// what it dropped or disabled. All methods take the session to use; the ledger itself holds no state.
struct Ledger {
    /// The format that this vecferry writes: that of `sql/ledger/schema.sql`, and of the documents and fingerprints in
    /// it. Earlier formats are read, and their jobs are finished unchanged.
    ///
    /// Format 2 records its writer, has fingerprints over named fields, and keeps a build's statements in saved
    /// definitions alone. Format 3 does so with a constraint's statements. Format 4 disables rules, and sets sequences that
    /// the source lacks.
    static let format = 4

    /// The key of vecferry's advisory lock: ASCII of "vecferry" as one number.
    private static let lock = "x'7665636665727279'::bigint"

    /// A job as stored in the ledger.
    struct Job: Sendable {
        typealias State = JobSummary.State

        /// The number, from 1, in the order in which jobs began.
        var number: JobNumber
        /// The ``JobFingerprint`` of its request and source.
        var fingerprint: String
        /// Its state.
        var state: State
        /// The plan that it began with and carries out.
        var plan: Plan
        /// The source's ``Snapshot/visibility`` when it began.
        var sourceVisibility: String
        /// Whether a later snapshot showed writes to the source.
        var sourceChanged: Bool
        /// Its report; nil until it is finished.
        var report: JobReport?
        /// The time at which it began, in UTC, such as `2026-11-29 01:02:03 UTC`.
        var startedAt: String
        /// The time at which it finished, in the same form; nil until it is finished.
        var finishedAt: String?
    }

    // MARK: One copy at a time

    /// Takes the lock that excludes a second vecferry that changes this target, for as long as the session is open. The session's
    /// application gets the command's name, for others to see.
    ///
    /// - Throws: ``FerryError/Code/busy``, naming the holder. A killed vecferry's backend may hold the lock for a
    ///   moment, so this waits some seconds first.
    func acquireLock(
        _ session: borrowing Session, for command: LockHolding.Command, _ interrupt: Interrupt
    ) throws(FerryError) {
        try session.query(
            "SELECT set_config('application_name', current_setting('application_name') || ' ' || $1, false)",
            [command.rawValue], .prompt)
        for attempt in 1... {
            if try session.query("SELECT pg_try_advisory_lock(\(Self.lock)) AS taken").only().bool("taken") { return }
            if attempt == 10 { break }
            try RetryPolicy.sleep(.milliseconds(500), interrupt)
        }
        let who = try LockHolding.read(session)?.description ?? "another session"
        throw FerryError(
            .busy, "Another vecferry is running against this target: \(who).",
            hint: "Wait until it has finished or stop it, then run the same command again.", side: .target)
    }

    // MARK: Jobs

    /// Returns the newest job that was not abandoned, checked for damage.
    func newestJob(_ session: borrowing Session) throws(FerryError) -> Job? {
        try lastJob(where: "state <> 'abandoned'", session)
    }

    /// Returns the newest job that was abandoned before all that it took off was back, checked for damage.
    func halfUndoneJob(_ session: borrowing Session) throws(FerryError) -> Job? {
        try lastJob(
            where: "state = 'abandoned' AND EXISTS (SELECT FROM vecferry.saved_definition AS d "
                + "WHERE d.job = id AND d.restored_at IS NULL)", session)
    }

    /// Returns the job with this number, in any state, checked for damage; nil if there is none.
    func job(_ number: JobNumber, _ session: borrowing Session) throws(FerryError) -> Job? {
        try lastJob(where: "id = \(number)", session)
    }

    private func lastJob(where condition: String, _ session: borrowing Session) throws(FerryError) -> Job? {
        let row = try readingLedger { () throws(FerryError) in
            try session.query(
                """
                SELECT id, fingerprint, state, plan, plan_hash, source_visibility, source_changed, report,
                    to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"') AS started_at,
                    to_char(finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"') AS finished_at
                FROM vecferry.job WHERE \(condition) ORDER BY id DESC LIMIT 1
                """
            ).first
        }
        guard let row else { return nil }
        let (plan, report) = (try plan(of: row, session), try report(of: row))
        return try readingLedger { () throws(FerryError) in
            guard let state = Job.State(rawValue: try row.string("state")) else {
                throw session.unexpected("A job in the ledger has an unknown state.")
            }
            return Job(
                number: try row.number("id"), fingerprint: try row.string("fingerprint"), state: state, plan: plan,
                sourceVisibility: try row.string("source_visibility"), sourceChanged: try row.bool("source_changed"),
                report: report, startedAt: try row.string("started_at"),
                finishedAt: try row.optional("finished_at"))
        }
    }

    /// Returns the plans of all jobs that were not abandoned, the newest first, checked for damage.
    func plans(_ session: borrowing Session) throws(FerryError) -> [Plan] {
        let rows = try readingLedger { () throws(FerryError) in
            try session.query(
                "SELECT id, plan, plan_hash FROM vecferry.job WHERE state <> 'abandoned' ORDER BY id DESC")
        }
        var plans: [Plan] = []
        for row in rows { plans.append(try plan(of: row, session)) }
        return plans
    }

    /// Runs a block that reads the ledger, and reports a missing or malformed entry as damage.
    func readingLedger<Result>(_ body: () throws(FerryError) -> Result) throws(FerryError) -> Result {
        do throws(FerryError) {
            return try body()
        } catch {
            switch error.cause?.sqlState {
            case "42P01"?, "42703"?, "42883"?, "42P02"?: throw Self.damaged("a table or a column is missing")
            default:
                guard error.cause?.code == .unexpectedResult else { throw error }
                throw Self.damaged("an entry has a form that vecferry does not write")
            }
        }
    }

    // MARK: A job's life

    /// Records a new job with all its chunks and saved definitions, in the caller's transaction.
    ///
    /// - Returns: The job's number.
    func begin(
        _ plan: Plan, fingerprint: String, sourceVisibility: String, saved: [SavedDefinition],
        _ session: borrowing Session
    ) throws(FerryError) -> JobNumber {
        let text = StoredPlan(plan).text
        let number = try session.query(
            """
            INSERT INTO vecferry.job (fingerprint, state, plan, plan_hash, source_visibility)
            VALUES ($1, 'loading', $2, $3, $4) RETURNING id
            """, [fingerprint, text, TextHash.of(text), sourceVisibility]
        ).only().number("id", as: JobNumber.self)
        let chunks = plan.chunks
        try session.query(
            Statements.insertChunks,
            [
                "\(number)", ArrayText.format(chunks.map { "\($0.pair)" }),
                ArrayText.format(chunks.map { "\($0.number)" }), ArrayText.format(chunks.map { "\($0.part)" }),
                ArrayText.format(chunks.map { "\($0.pages.start)" }),
                ArrayText.format(chunks.map { "\($0.pages.end ?? -1)" }),
            ])
        try save(saved, job: number, session)
        return number
    }

    private func save(
        _ saved: [SavedDefinition], job: JobNumber, _ session: borrowing Session
    ) throws(FerryError) {
        guard !saved.isEmpty else { return }
        func list(_ field: (SavedDefinition) -> String) -> String { ArrayText.format(saved.map(field)) }
        try session.query(
            Statements.insertDefinitions,
            [
                "\(job)", list { "\($0.number)" }, list { "\($0.pair)" }, list(\.kind.rawValue), list { "\($0.stage)" },
                list(\.relation.schema), list(\.relation.name), list(\.name), list { ArrayText.format($0.statements) },
            ])
    }

    /// Returns the entries of a job's chunks, in order. Checks that they are the plan's.
    ///
    /// - Parameter pairs: The numbers of the pairs whose entries to return; nil for all.
    func chunks(
        _ job: Job, of pairs: [PairNumber]? = nil, _ session: borrowing Session
    ) throws(FerryError) -> [ChunkEntry] {
        let rows = try readingLedger { () throws(FerryError) in
            try session.query(
                """
                SELECT pair, number, part, first_page, end_page, finished_at IS NOT NULL AS is_finished, sum, rows,
                    kept_rows
                FROM vecferry.chunk WHERE job = $1 AND ($2::int[] IS NULL OR pair = ANY ($2::int[])) ORDER BY pair, number
                """, ["\(job.number)", pairs.map { ArrayText.format($0.map(\.description)) }])
        }
        let planned = pairs.map { $0.sorted().flatMap { job.plan[$0].chunks } } ?? job.plan.chunks
        guard rows.count == planned.count else {
            throw Self.damaged(
                "it holds \(Count.of(rows.count, "chunk")) where the plan of job \(job.number) has \(planned.count)")
        }
        var entries: [ChunkEntry] = []
        for (row, chunk) in zip(rows, planned) {
            let entry = try readingLedger { () throws(FerryError) in try ChunkEntry(row) }
            guard let entry, entry.chunk == chunk else {
                throw Self.damaged("the entry of chunk \(chunk.number) of \(job.plan[chunk.pair].name) was changed")
            }
            entries.append(entry)
        }
        return entries
    }

    /// Waits until all earlier commits on the target are on its disk: a synchronous commit flushes all the log before
    /// it. Only a commit that wrote something waits (PostgreSQL, access/transam/xact.c, RecordTransactionCommit).
    func flush(_ session: borrowing Session) throws(FerryError) {
        try session.execute(
            """
            BEGIN; SET LOCAL synchronous_commit TO local;
            UPDATE vecferry.format SET version = version; COMMIT
            """)
    }

    /// Returns the definitions that are not restored yet, in the order of stages.
    func pendingDefinitions(job: JobNumber, _ session: borrowing Session) throws(FerryError) -> [SavedDefinition] {
        try definitions("job = $1 AND restored_at IS NULL", job: job, session)
    }

    /// Returns all saved definitions, restored or not, in the order of stages.
    func definitions(job: JobNumber, _ session: borrowing Session) throws(FerryError) -> [SavedDefinition] {
        try definitions("job = $1", job: job, session)
    }

    private func definitions(
        _ condition: String, job: JobNumber, _ session: borrowing Session
    ) throws(FerryError) -> [SavedDefinition] {
        try readingLedger { () throws(FerryError) in
            var definitions: [SavedDefinition] = []
            let rows = try session.query(
                """
                SELECT number, pair, kind, stage, relation_schema, relation_name, name, statements
                FROM vecferry.saved_definition WHERE \(condition) ORDER BY stage, number
                """, ["\(job)"])
            for row in rows {
                guard let kind = SavedDefinition.Kind(rawValue: try row.string("kind")) else {
                    throw session.unexpected("A saved definition in the ledger has an unknown kind.")
                }
                definitions.append(
                    SavedDefinition(
                        number: try row.number("number"), pair: try row.number("pair"), kind: kind,
                        stage: try row.int("stage"),
                        relation: try row.name("relation_schema", "relation_name"),
                        name: try row.string("name"),
                        statements: try row.list("statements").flatMap(SavedDefinition.single)))
            }
            return definitions
        }
    }

    /// Records that a definition which was restored is off again.
    func markPending(
        _ definition: DefinitionNumber, job: JobNumber, _ session: borrowing Session
    ) throws(FerryError) {
        try session.query(
            "UPDATE vecferry.saved_definition SET restored_at = NULL WHERE job = $1 AND number = $2",
            ["\(job)", "\(definition)"])
    }

    /// Records that the source was written to since the job began.
    func markSourceChanged(job: JobNumber, _ session: borrowing Session) throws(FerryError) {
        try session.query("UPDATE vecferry.job SET source_changed = true WHERE id = $1", ["\(job)"])
    }

    /// Marks a job as finished, with its report.
    func finish(job: JobNumber, _ report: JobReport, _ session: borrowing Session) throws(FerryError) {
        let ended = try session.query(
            "UPDATE vecferry.job SET state = 'finished', finished_at = now(), report = $2 "
                + "WHERE id = $1 AND state <> 'abandoned'",
            ["\(job)", StoredReport(report).text]
        ).affected
        guard ended == 1 else {
            throw FerryError(
                .ledger, "Another session ended job \(job) while it was running.",
                hint: "Check whether another vecferry is running against this target, then run the same command again.",
                side: .target)
        }
    }

    /// Replaces the report of a finished job.
    func update(job: JobNumber, _ report: JobReport, _ session: borrowing Session) throws(FerryError) {
        try session.query(
            "UPDATE vecferry.job SET report = $2 WHERE id = $1 AND state = 'finished'",
            ["\(job)", StoredReport(report).text])
    }

    /// Marks a job that starts over as abandoned, in the caller's transaction.
    func abandon(job: JobNumber, _ session: borrowing Session) throws(FerryError) {
        try session.query(
            "UPDATE vecferry.job SET state = 'abandoned', finished_at = now() WHERE id = $1", ["\(job)"])
    }

    static func damaged(_ how: String) -> FerryError {
        FerryError(
            .ledger, "The target's ledger is damaged: \(how).",
            hint:
                "Schema vecferry was changed by hand. The dropped indexes, constraints and triggers are in "
                + "vecferry.saved_definition: save that table, then run DROP SCHEMA vecferry CASCADE, empty the tables and "
                + "copy again.", side: .target)
    }
}
