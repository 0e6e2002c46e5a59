import ArgumentParser
import Testing

@testable import Ferry
@testable import vecferry

@Suite struct ExitStatusTests {
    /// The table that README prints.
    @Test func `every error has its exit status`() {
        let table = ExitStatus.allCases.map { "\($0.rawValue) \($0)" }
        #expect(
            table == [
                "0 done", "1 failed", "3 blocked", "4 differs", "5 searchesWorse", "6 busy", "7 stopped",
                "8 nothing", "64 usage",
                "129 hungUp", "130 interrupted", "143 terminated",
            ])
    }

    @Test(
        arguments: [
            (.blocked, .blocked), (.busy, .busy), (.invalidRequest, .usage), (.interrupted, .interrupted),
            (.cannotConnect, .failed), (.database, .failed), (.ledger, .failed), (.malformedStream, .failed),
            (.sourceChanged, .failed), (.program, .failed), (.init(description: "of a later engine"), .failed),
        ] as [(FerryError.Code, ExitStatus)])
    func everyErrorOfTheEngineHasAStatus(code: FerryError.Code, status: ExitStatus) {
        #expect(ExitStatus(FerryError(code, "It failed.")) == status)
    }

    @Test func `the signal decides which status an interrupted command has`() {
        let error = FerryError(.interrupted, "Interrupted.")
        #expect(ExitStatus(error, signal: .terminate) == .terminated)
        #expect(ExitStatus(error, signal: .interrupt) == .interrupted)
        #expect(ExitStatus(error, signal: .hangUp) == .hungUp)
        #expect(ExitStatus(FerryError(.database, "It failed."), signal: .terminate) == .failed)
    }

    @Test(
        arguments: [(.proven, .done), (.alreadyFinished, .done), (.differs, .differs), (.failed, .failed)]
            as [(JobReport.Outcome, ExitStatus)])
    func everyOutcomeHasAStatus(outcome: JobReport.Outcome, status: ExitStatus) {
        #expect(ExitStatus(.copy(Fixtures.report(outcome, .proven))) == status)
    }

    @Test
    func `searches that must be as good are a status where they are worse or not known, and only of a proven copy`() {
        func status(
            _ searches: [SearchReport]?, _ outcome: JobReport.Outcome = .proven, notes: [Note] = []
        ) -> ExitStatus {
            var report = Fixtures.report(outcome, .proven)
            report.searches = searches
            report.notes += notes
            #expect(ExitStatus(.copy(report)) == ExitStatus(.copy(Fixtures.report(outcome, .proven))))
            return ExitStatus(.copy(report, requiresSearch: true))
        }
        #expect(status([]) == .done && status([Fixtures.search(differing: 0)]) == .done)
        #expect(status([Fixtures.search(differing: 0), Fixtures.search(differing: 1)]) == .searchesWorse)
        #expect(status(nil) == .searchesWorse && status(nil, .alreadyFinished) == .searchesWorse)
        #expect(status([], notes: [Fixtures.note(.warning, .searchNotTried, "No.")]) == .searchesWorse)
        #expect(status(nil, .differs) == .differs && status(nil, .failed) == .failed)
    }

    @Test func `a plan is ready or blocked`() {
        #expect(ExitStatus(.plan(Fixtures.plan([]))) == .done)
        #expect(ExitStatus(.plan(Fixtures.plan([], notes: [Fixtures.note(.warning, .noKey, "Look.")]))) == .done)
        let blocked = Fixtures.plan([], notes: [Fixtures.note(.blocker, .noKey, "No.")])
        #expect(ExitStatus(.plan(blocked)) == .blocked)
        #expect(ExitStatus(.refused(blocked)) == .blocked)
    }

    @Test func `a comparison is the same, differs or is incomplete`() {
        var report = Fixtures.fullComparison
        #expect(ExitStatus(.verify(report)) == .differs)
        report.tables = []
        report.searches = []
        #expect(ExitStatus(.verify(report)) == .done)
        report.notCompared = [Fixtures.items]
        #expect(ExitStatus(.verify(report)) == .failed)
    }

    @Test func `the index stage is done, failed or blocked`() {
        var report = Fixtures.fullIndexReport
        #expect(ExitStatus(.index(report)) == .failed)
        report.indexes.removeLast()
        #expect(ExitStatus(.index(report)) == .done)
        report.plan.notes = Fixtures.allNotes
        #expect(ExitStatus(.index(report)) == .blocked)
        #expect(ExitStatus(.indexPlan(report.plan)) == .blocked)
        #expect(ExitStatus(.indexPlan(Fixtures.indexPlan())) == .done)
    }

    @Test func `wrong usage has the argument parser's status`() {
        #expect(Vecferry.exitCode(for: ValidationError("x")).rawValue == ExitStatus.usage.rawValue)
    }
}
