import Postgres
import Testing

@testable import Ferry

@Suite struct VerdictTests {
    private let rows = Digest(rows: 3, sum: 7)
    private let others = Digest(rows: 3, sum: 8)

    private func record(
        copied: Digest? = nil, readBack: Digest? = nil, now: Digest? = nil, failure: FerryError? = nil
    ) -> PairRecord {
        var record = PairRecord()
        record.copied.copied = copied ?? rows
        record.readBack = readBack
        record.sourceNow = now
        record.failure = failure
        return record
    }

    private func failure(_ sqlState: String? = nil) -> FerryError {
        FerryError(PostgresError(.server, "No.", sqlState: sqlState), .target)
    }

    @Test func `rows that were read back equal are proven`() {
        #expect(Verdict(record(readBack: rows), load: .append, sourceChanged: false) == .proven)
    }

    @Test func `rows that were read back and are others differ`() {
        #expect(Verdict(record(readBack: others), load: .append, sourceChanged: false) == .differs)
        let fewer = Digest(rows: 2, sum: 7)
        #expect(Verdict(record(readBack: fewer), load: .truncate, sourceChanged: false) == .differs)
    }

    @Test func `nothing is proven that was not read back, an empty table included`() {
        #expect(Verdict(record(), load: .append, sourceChanged: false) == .failed)
        #expect(Verdict(record(copied: .zero), load: .append, sourceChanged: false) == .failed)
        #expect(Verdict(record(copied: .zero, readBack: .zero), load: .append, sourceChanged: false) == .proven)
    }

    @Test func `rows merged by key were proven in their own transactions`() {
        #expect(Verdict(record(), load: .keepKeys, sourceChanged: false) == .merged)
        #expect(Verdict(record(), load: .replaceKeys, sourceChanged: false) == .merged)
        #expect(Verdict.merged.state == .proven)
    }

    @Test func `a changed source is what counts, and not what it was`() {
        #expect(Verdict(record(readBack: rows, now: rows), load: .append, sourceChanged: true) == .proven)
        #expect(Verdict(record(readBack: rows, now: others), load: .append, sourceChanged: true) == .stale)
        #expect(
            Verdict(record(copied: others, readBack: rows, now: rows), load: .append, sourceChanged: true) == .proven)
        #expect(Verdict(record(readBack: rows), load: .append, sourceChanged: true) == .failed)
    }

    @Test func `rows merged by key can't be proven once the source has changed`() {
        #expect(Verdict(record(), load: .keepKeys, sourceChanged: true) == .stale)
    }

    @Test func `a fault outweighs digests that agree`() {
        let failed = record(readBack: rows, failure: failure("23514"))
        #expect(Verdict(failed, load: .append, sourceChanged: false) == .failed)
        #expect(Verdict(failed, load: .keepKeys, sourceChanged: false) == .failed)
    }

    @Test func `a doubled key is a moved row where the source has changed, and a fault where it has not`() {
        let doubled = record(failure: failure("23505"))
        #expect(Verdict(doubled, load: .append, sourceChanged: true) == .stale)
        #expect(Verdict(doubled, load: .append, sourceChanged: false) == .failed)
    }

    @Test func `a report is as good as its worst table`() {
        var record = JobRecord(pairs: 3)
        let plan = PairFixtures.plan(3)
        for pair in plan.pairs { record[pair.number] = self.record(readBack: rows) }
        func outcome() -> JobReport.Outcome {
            JobReport(record, of: plan, number: 1, copySeconds: 1, seconds: 2).outcome
        }
        #expect(outcome() == .proven)
        record[1].readBack = others
        #expect(outcome() == .differs)
        record.fail(2, failure())
        #expect(outcome() == .failed)
    }

    @Test func `a report names each table that is stale`() {
        var record = JobRecord(pairs: 2)
        record.sourceChanged = true
        record[0] = self.record(readBack: rows, now: rows)
        record[1] = self.record(readBack: rows, now: others)
        let report = JobReport(record, of: PairFixtures.plan(2), number: 1, copySeconds: 1, seconds: 2)
        #expect(report.outcome == .differs)
        #expect(report.notes.filter { $0.code == .sourceChanged }.map(\.table) == [nil, PairFixtures.name(1)])
        #expect(report.tables[1].source == others)
    }
}
