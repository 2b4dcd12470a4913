// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../src/Types.sol";
import {World} from "./support/World.sol";
import {Test} from "forge-std/Test.sol";

/// @title What is deployed: how large it is, and which code exactly
/// @notice Noted in contracts/snapshots/ and held against it by `npm test`; `npm run snapshots` writes it anew.
contract DeploymentSnapshots is Test {
    /// @notice EIP-170 and EIP-3860.
    uint256 private constant CODE_LIMIT = 24_576;
    uint256 private constant INIT_CODE_LIMIT = 49_152;
    string private constant HASHES = "snapshots/init-code-hashes.json";

    string[] private names = ["Vault", "Approvals", "Router", "PriceOracle", "Lens", "ModelRegistry", "VaultFactory"];

    function artifact(string memory name) private pure returns (string memory) {
        return string.concat(name, ".sol:", name);
    }

    function test_codeSizes_areBelowTheLimits() public {
        for (uint256 i = 0; i < names.length; i++) {
            uint256 code = vm.getDeployedCode(artifact(names[i])).length;
            uint256 initCode = vm.getCode(artifact(names[i])).length;
            assertGt(code, 0, names[i]);
            assertLe(code, CODE_LIMIT, names[i]);
            // Constructor arguments follow the init code: a vault's, with its assets and people, need some kilobytes.
            assertLe(initCode, INIT_CODE_LIMIT * 3 / 4, names[i]);
            vm.snapshotValue("code-sizes", names[i], code);
        }
    }

    /// @notice The hash that a factory is made for, and that anybody can hold a build against.
    function test_initCodeHashes_areAsNoted() public {
        string memory noted;
        for (uint256 i = 0; i < names.length; i++) {
            noted = vm.serializeBytes32("hashes", names[i], keccak256(vm.getCode(artifact(names[i]))));
        }
        if (vm.envOr("FORGE_SNAPSHOT_EMIT", false)) vm.writeJson(noted, HASHES);
        if (!vm.envOr("FORGE_SNAPSHOT_CHECK", false)) return;
        string memory expected = vm.readFile(HASHES);
        for (uint256 i = 0; i < names.length; i++) {
            string memory key = string.concat(".", names[i]);
            assertEq(vm.parseJsonBytes32(noted, key), vm.parseJsonBytes32(expected, key), names[i]);
        }
    }
}

/// @title What the vault's doors cost, each call as a transaction of its own
/// @notice Feeds alone, no sentinel; the second use of each, so that no word is written for the first time. The bench
/// measures against others; this notices a change.
/// forge-config: default.isolate = true
contract GasSnapshots is World {
    Mandate private mandate;

    function setUp() public override {
        super.setUp();
        mandate = sellUsdc();
        open(mandate);
        run(mandate, 10_000e6);
        pass(10 minutes);
        checkpoint();
        pass(1 minutes);
    }

    function test_execute_oneLeg() public {
        run(mandate, 10_000e6);
        vm.snapshotGasLastCall("gas", "execute, one v3 leg");
    }

    function test_execute_threeLegs() public {
        Order memory o = orderFor(mandate, 10_000e6);
        Leg[] memory legs = threeLegs(10_000e6);
        vm.prank(executor);
        vault.execute(mandate, o, legs, noVoucher(), "");
        vm.snapshotGasLastCall("gas", "execute, v3 0.05 % and 0.3 % and v2");
    }

    function test_execute_reviewed() public {
        Order memory o = orderFor(mandate, 55_000e6);
        Voucher memory v = voucherFor(mandate, o, 1);
        Leg[] memory legs = oneLeg(55_000e6);
        vm.prank(executor);
        vault.execute(mandate, o, legs, v, "");
        vm.snapshotGasLastCall("gas", "execute, one v3 leg, two reviewers");
    }

    function test_checkpoint() public {
        checkpoint();
        vm.snapshotGasLastCall("gas", "checkpoint, four assets");
    }

    function test_openMandate() public {
        Mandate memory another = sellUsdc();
        bytes memory signature = sign(another);
        vault.openMandate(another, signature);
        vm.snapshotGasLastCall("gas", "openMandate");
    }

    function test_pause() public {
        vm.prank(guardian);
        vault.pause();
        vm.snapshotGasLastCall("gas", "pause");
    }

    function test_withdraw() public {
        vm.prank(owner);
        vault.withdraw(address(usdc), 1e6, owner);
        vm.snapshotGasLastCall("gas", "withdraw");
    }
}
