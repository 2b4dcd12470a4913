// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

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
