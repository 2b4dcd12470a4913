// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal, Refused} from "../../src/Refusal.sol";
import {VaultReading} from "../../src/VaultReading.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {World} from "../support/World.sol";

/// @title What a checkpoint makes of prices in dispute, of flows, and of a vault that is empty or nearly so
contract CheckpointTest is World {
    int256 private constant CRASH = 1_600e8;

    function fall(int256 price) private {
        wethFeed.set(price);
        checkpoint();
    }

    /// @notice WETH by two sources, with a pool that has been in use for an hour.
    function listByTwap() private {
        change(abi.encodeCall(IVault.listAsset, (AssetConfiguration(address(weth), wethByTwap()))));
        for (uint256 i = 0; i < 6; i++) {
            pass(10 minutes);
            addLiquidity(pool, 0, 1e6);
        }
    }

    // --- disagreement ---

    /// @notice With two sources that agree within their band, the mark rises by the lower and the breaker looks at the higher.
    function testFuzz_markRisesByTheLowAndTripsByTheHigh(uint256 price) public {
        listByTwap();
        wethFeed.set(int256(bound(price, 2_972e8, 3_028e8)));
        vault.checkpoint(VaultReading.hintsOf(vault));
        Verdict memory verdict = VaultReading.assetsOf(vault)[3].verdict;
        assertEq(uint256(verdict.reason), uint256(Refusal.None));
        assertLe(verdict.low, verdict.high);
        uint256 low = 1_000_000e18 + verdict.low * 100;
        assertEq(state().netAssetValueUsd, low);
        assertEq(state().peakUsd, low > 1_300_000e18 ? low : 1_300_000e18);
    }

    function testFuzz_drawdown_isOfTheHighestItCanBeWorth(uint256 price) public {
        listByTwap();
        Limits memory limits = defaultLimits();
        limits.drawdownBps = 10; // 1,300 USD
        vm.prank(guardian);
        vault.lowerLimits(limits);
        wethFeed.set(int256(bound(price, 2_975e8, 2_986e8)));
        vault.checkpoint(VaultReading.hintsOf(vault));
        assertLt(state().netAssetValueUsd, 1_298_700e18);
        assertFalse(state().suspended);
        uint16[] memory where = VaultReading.hintsOf(vault);
        expectRefusal(Refusal.NoDrawdown, state().peakUsd);
        vault.trip(where);
    }

    function testFuzz_disagreement_refusesAndNeverTrips(uint256 price, bool up) public {
        listByTwap();
        wethFeed.set(int256(up ? bound(price, 3_100e8, 90_000e8) : bound(price, 2e8, 2_900e8)));
        uint16[] memory where = VaultReading.hintsOf(vault);
        VaultState memory was = state();
        expectRefusal(Refusal.PriceDisagreement, uint160(address(weth)));
        vault.checkpoint(where);
        expectRefusal(Refusal.PriceDisagreement, uint160(address(weth)));
        vault.trip(where);
        assertEq(abi.encode(state()), abi.encode(was));
    }

    function testFuzz_badFeed_refusesAndNeverTrips(uint8 kind, uint32 age) public {
        VaultState memory was = state();
        Refusal reason = Refusal.PriceUnavailable;
        if (kind % 4 == 0) wethFeed.kill();
        if (kind % 4 == 1) (reason,) = (Refusal.PriceInvalid, setFeed(0));
        if (kind % 4 == 2) (reason,) = (Refusal.PriceOutOfBounds, setFeed(1e8 - 1));
        if (kind % 4 == 3) {
            reason = Refusal.PriceStale;
            wethFeed.set(CRASH);
            wethFeed.setUpdatedAt(block.timestamp - 1 days - bound(age, 1, 365 days));
        }
        (bool done, bytes memory answer) = address(vault).call(abi.encodeCall(IVault.trip, (hints())));
        assertFalse(done);
        assertEq(answer, abi.encodeWithSelector(Refused.selector, reason, uint160(address(weth))));
        assertEq(abi.encode(state()), abi.encode(was));
    }

    function setFeed(int256 price) private returns (bool) {
        wethFeed.set(price);
        return true;
    }

    // --- an empty vault, and an almost empty one ---

    function test_firstCheckpoint_ofAnEmptyVaultSetsNothing() public {
        vault = deploy(configuration());
        assertFalse(state().checkpointFresh);
        expectRefusal(Refusal.NoDrawdown, 0);
        vault.trip(hints());
        checkpoint();
        assertEq(state().peakUsd + state().netAssetValueUsd, 0);
        assertTrue(state().checkpointFresh && !state().suspended);
        give(usdc, 5e6);
        checkpoint();
        assertEq(state().peakUsd, 5e18);
    }

    function test_withdrawalOfEverything_endsTheMark() public {
        fall(1_800e8);
        vm.startPrank(owner);
        vault.withdraw(address(usdc), 1_000_000e6, owner);
        vault.withdraw(address(weth), 100e18, owner);
        vm.stopPrank();
        checkpoint();
        assertEq(state().peakUsd, 0);
        pass(20 minutes);
        checkpoint();
        assertFalse(state().suspended || state().tripped);
        give(usdc, 1e6);
        checkpoint();
        assertEq(state().peakUsd, 1e18);
    }

    /// @notice Drained to a few wei, in a slight drawdown, with prices that move a little: nothing is suspended, and what comes
    /// next is not measured against a rounding.
    function testFuzz_drainedToAFewWei_isNotSuspendedByRounding(uint8 left, uint8 leftWeth, int256[3] memory prices)
        public
    {
        fall(2_990e8);
        give(dai, 1e18);
        checkpoint();
        vm.startPrank(owner);
        vault.withdraw(address(usdc), 1_000_000e6, owner);
        vault.withdraw(address(weth), 100e18 - leftWeth, owner);
        vault.withdraw(address(dai), 1e18 - left, owner);
        vm.stopPrank();
        for (uint256 i = 0; i < 3; i++) {
            wethFeed.set(bound(prices[i], 2_900e8, 3_100e8));
            daiFeed.set(bound(prices[i], 0.99e8, 1.01e8));
            checkpoint();
            assertFalse(state().suspended || state().tripped);
            pass(20 minutes);
        }
        give(usdc, 1_000_000e6);
        checkpoint();
        pass(20 minutes);
        checkpoint();
        assertFalse(state().suspended);
        assertLe(state().peakUsd, 1_000_001e18);
        // And it is guarded as ever.
        usdc.burn(address(vault), 100_001e6);
        checkpoint();
        assertTrue(state().suspended);
    }

    function testFuzz_flows_neitherTripNorHide(uint64 in_, uint64 out, int256 price) public {
        price = bound(price, 1_000e8, 6_000e8);
        in_ = uint64(bound(in_, 1e6, 1e13));
        out = uint64(bound(out, 0, 999_999e6));
        bool crosses = price < 1_700e8;
        give(usdc, in_);
        wethFeed.set(price);
        vm.prank(owner);
        vault.withdraw(address(usdc), out, owner);
        checkpoint();
        assertEq(state().suspended, crosses);
        uint256 ratio = state().netAssetValueUsd * 1e18 / state().peakUsd;
        uint256 value = 1_000_000e18 + uint256(price) * 1e12;
        uint256 expected = value > 1_300_000e18 ? 1e18 : value * 1e18 / 1_300_000e18;
        assertApproxEqAbs(ratio, expected, 1);
    }
}
