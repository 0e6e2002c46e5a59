import Testing

@testable import vecferry

@Suite struct ProcessArgumentsTests {
    private func masked(_ arguments: String...) -> [String] {
        var bytes: [UInt8] = arguments.flatMap { Array($0.utf8) + [0 as UInt8] }
        for range in ProcessArguments.secretRanges(bytes) {
            for position in range { bytes[position] = UInt8(ascii: "x") }
        }
        return bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    @Test(arguments: [
        "postgresql://u:pw@h/db", "postgres://u:p%40w@h", "postgresql://u:p@ss@h/db", "postgresql://u:p%zz@h/db",
        "host=h password=pw", "host=h password = 'p w'", "postgresql://h/db?user=u&password=pw", "PASSWORD=pw",
        "sslpassword=pw",
    ])
    func aValueWithAPasswordIsOverwritten(value: String) {
        let x = String(repeating: "x", count: value.utf8.count)
        #expect(masked("vecferry", "--source", value, "--jobs", "2") == ["vecferry", "--source", x, "--jobs", "2"])
        #expect(masked("vecferry", "--target=\(value)") == ["vecferry", "--target=\(x)"])
        #expect(masked("vecferry", value) == ["vecferry", x])
    }

    @Test func `the password alone where an address belongs is overwritten`() {
        #expect(masked("vecferry", "--source", "role-secret") == ["vecferry", "--source", "xxxxxxxxxxx"])
        #expect(masked("vecferry", "--target=p:w@x") == ["vecferry", "--target=xxxxx"])
        #expect(ProcessArguments.secretParts(["--source", "role-secret"]) == ["role-secret"])
    }

    @Test func `arguments without a password stay as they are`() {
        let arguments = [
            "vecferry", "--source", "postgresql://u@h:5432/db", "--target=host=h dbname=x", "--source-password-command",
            "aws rds generate-db-auth-token", "--bot", "a@b:c", "--target", "@target.conf",
        ]
        #expect(ProcessArguments.secretRanges(arguments.flatMap { Array($0.utf8) + [0 as UInt8] }).isEmpty)
    }

    @Test func `a password is among the parts that no message repeats`() {
        #expect(ProcessArguments.secretParts(["postgresql://u:p%40w@h/db"]) == ["postgresql://u:p%40w@h/db", "p@w"])
        #expect(ProcessArguments.secretParts(["--source=host=h password=pw"]) == ["host=h password=pw", "pw"])
        #expect(ProcessArguments.secretParts(["--jobs"]).isEmpty)
    }

    @Test func `the arguments are found behind any program name`() {
        let fields = (3...52).map { "\($0)00" }.joined(separator: " ")
        #expect(ProcessArguments.argumentsPlace("17 (a) b (c) \(fields)") == 4800..<4900)
        #expect(ProcessArguments.argumentsPlace("17 (a) S 1 2") == nil)
        #expect(ProcessArguments.argumentsPlace("17 (a) " + (3...52).map { _ in "0" }.joined(separator: " ")) == nil)
    }
}
