import ArgumentParser
import Testing

@testable import Ferry
@testable import vecferry

@Suite struct ExitStatusTests {
    /// The table that README prints.
    @Test func theTableOfStatusesIsAsItWasAgreedOn() {
        let table = ExitStatus.allCases.map { "\($0.rawValue) \($0)" }
        #expect(
            table == [
                "0 done", "1 failed", "3 blocked", "4 differs", "6 busy", "64 usage", "130 interrupted",
                "143 terminated",
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

    @Test func theSignalDecidesBetweenTheTwoWaysToBeStopped() {
        let error = FerryError(.interrupted, "Interrupted.")
        #expect(ExitStatus(error, signal: .terminate) == .terminated)
        #expect(ExitStatus(error, signal: .interrupt) == .interrupted)
        #expect(ExitStatus(FerryError(.database, "It failed."), signal: .terminate) == .failed)
    }

    @Test(
        arguments: [(.proven, .done), (.alreadyFinished, .done), (.differs, .differs), (.failed, .failed)]
            as [(JobReport.Outcome, ExitStatus)])
    func everyOutcomeHasAStatus(outcome: JobReport.Outcome, status: ExitStatus) {
        #expect(ExitStatus(outcome) == status)
    }

    @Test func aPlanIsReadyOrBlocked() {
        #expect(ExitStatus(Fixtures.plan([])) == .done)
        #expect(
            ExitStatus(Fixtures.plan([], notes: [Fixtures.note(.warning, Note.Code(description: "x"), "Look.")]))
                == .done)
        #expect(
            ExitStatus(Fixtures.plan([], notes: [Fixtures.note(.blocker, Note.Code(description: "x"), "No.")]))
                == .blocked)
    }

    @Test func wrongUsageIsArgumentParsersStatus() {
        #expect(Vecferry.exitCode(for: ValidationError("x")).rawValue == ExitStatus.usage.rawValue)
    }
}
