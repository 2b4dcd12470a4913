// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {MockToken} from "../support/MockToken.sol";
import {Doors} from "../support/Doors.sol";

/// @title One bad asset is taken out, and the others trade on
contract QuarantineTest is Doors {
    function quarantine(MockToken token) private {
        passes(guardian, abi.encodeCall(IVault.quarantine, (address(token))));
    }

    function relist(MockToken token) private {
        AssetConfiguration memory c = token == weth
            ? AssetConfiguration(address(weth), feedSource(wethFeed, 1e18, 100_000e18))
            : AssetConfiguration(address(wbtc), feedSource(wbtcFeed, 1e18, 1_000_000e18));
        change(abi.encodeCall(IVault.listAsset, (c)));
    }

    /// @notice `actual` is `exact` and at most what 2^-30 of `whole` rounds up to: shares have 32 bits, and each of four is rounded.
    function assertJustAbove(uint256 actual, uint256 exact, uint256 whole) private pure {
        assertGe(actual, exact);
        assertLe(actual, exact + whole / 2 ** 30 + 2);
    }

    // --- who, bounds, effect ---

    function testFuzz_quarantine_isTheGuardiansAndTheOwners(address token, address random, uint8 pick) public {
        bytes memory data = abi.encodeCall(IVault.quarantine, (token));
        assertUnauthorized(outsider(random, pick), data);
        passes(guardian, data);
        passes(owner, data);
    }

    function testFuzz_quarantine_ofWhatIsNotListedIsNothing(address token) public {
        vm.assume(vault.assetOf(token).book.listing == Listing.Unlisted);
        bytes32 was = state().policyHash;
        vm.expectEmit(address(vault));
        emit IVault.AssetQuarantined(guardian, token, 1_300_000e18);
        passes(guardian, abi.encodeCall(IVault.quarantine, (token)));
        assertEq(uint256(vault.assetOf(token).book.listing), uint256(Listing.Unlisted));
        assertEq(state().policyHash, was);
        assertEq(state().peakUsd, 1_300_000e18);
        assertTrue(state().checkpointFresh);
    }

    function testFuzz_quarantine_happensOnce(bool byOwner, uint8 which) public {
        address token = vault.tokens()[which % 4];
        address by = byOwner ? owner : guardian;
        bytes32 was = state().policyHash;
        passes(by, abi.encodeCall(IVault.quarantine, (token)));
        assertEq(uint256(vault.assetOf(token).book.listing), uint256(Listing.Quarantined));
        assertNotEq(state().policyHash, was);
        assertFalse(state().checkpointFresh);
        uint256 peak = state().peakUsd;
        was = state().policyHash;
        vm.expectEmit(address(vault));
        emit IVault.AssetQuarantined(by, token, peak);
        passes(by, abi.encodeCall(IVault.quarantine, (token)));
        assertEq(state().peakUsd, peak);
        assertEq(state().policyHash, was);
    }

    // --- both sums ---

    /// @notice The mark shrinks by the asset's part of the last checkpoint's value, whatever its price has done since.
    function testFuzz_mark_shrinksByTheShareAtTheLastCheckpoint(uint256 price, uint256 later, bool noted) public {
        wethFeed.set(int256(bound(price, 2_000e8, 9_000e8)));
        uint256 wethUsd = uint256(wethFeed.answer()) * 1e10 * 100;
        checkpoint();
        uint256 peak = state().peakUsd;
        uint256 whole = 1_000_000e18 + wethUsd;
        assertEq(peak, whole > 1_300_000e18 ? whole : 1_300_000e18);
        wethFeed.set(int256(bound(later, 1, 90_000e8)));
        if (noted) give(usdc, 777e6);
        quarantine(weth);
        assertJustAbove(state().peakUsd, peak * 1_000_000e18 / whole, peak);
        bool suspended = state().suspended;
        checkpoint();
        assertEq(state().suspended, suspended, "it neither trips nor heals");
        assertEq(state().netAssetValueUsd, noted ? 1_000_777e18 : 1_000_000e18);
    }

    function test_drawdown_ofTheRestStillCounts() public {
        give(wbtc, 10e8);
        checkpoint();
        quarantine(weth);
        checkpoint();
        assertJustAbove(state().peakUsd, 1_600_000e18, 1_900_000e18);
        wbtcFeed.set(43_000e8); // 170,000 of 1,600,000
        checkpoint();
        assertTrue(state().suspended);
    }

    function test_drawdown_thatTheAssetCausedGoesWithIt() public {
        wethFeed.set(1_600e8);
        checkpoint();
        assertTrue(state().suspended);
        // Its part is 160,000 of 1,160,000 now: what it lost before stays in the mark, and the reviewers decide.
        quarantine(weth);
        checkpoint();
        assertTrue(state().suspended);
        assertJustAbove(state().peakUsd, uint256(1_300_000e18) * 100 / 116, 1_300_000e18);
    }

    /// @notice The mark of the only asset there is goes with it, and what rounding leaves of it suspends nothing.
    function test_onlyAsset_leavesNothingThatCouldSuspend() public {
        passes(owner, abi.encodeCall(IVault.withdraw, (address(usdc), 1_000_000e6, owner)));
        checkpoint();
        quarantine(weth);
        for (uint256 i = 0; i < 2; i++) {
            checkpoint();
            assertFalse(state().suspended || state().tripped);
            pass(11 minutes);
        }
        give(usdc, 500_000e6);
        checkpoint();
        assertEq(state().peakUsd, 500_000e18);
        assertFalse(state().suspended);
    }

    // --- a dead feed stops its asset alone ---

    function testFuzz_deadFeed_stopsTheCheckpointUntilTheAssetIsOut(uint64 amount) public {
        give(wbtc, bound(amount, 1, 1_000e8));
        checkpoint();
        Mandate memory m = sellUsdc();
        open(m);
        wbtcFeed.kill();
        expectRefusal(Refusal.PriceUnavailable, uint160(address(wbtc)));
        vault.checkpoint(hints());
        expectRefusal(Refusal.PriceUnavailable, uint160(address(wbtc)));
        vault.trip(hints());
        quarantine(wbtc);
        assertFalse(state().checkpointFresh);
        checkpoint();
        assertFalse(state().suspended);
        assertEq(state().netAssetValueUsd, 1_300_000e18);
        run(m, 1_000e6);
    }

    function test_brokenToken_stopsTheCheckpointUntilTheAssetIsOut() public {
        MockToken.Balances[3] memory manners =
            [MockToken.Balances.Revert, MockToken.Balances.BurnGas, MockToken.Balances.Nothing];
        give(wbtc, 1e8);
        checkpoint();
        for (uint256 i = 0; i < 3; i++) {
            wbtc.setBalances(manners[i]);
            expectRefusal(Refusal.TransferFailed, uint160(address(wbtc)));
            vault.checkpoint{gas: 3_000_000}(new uint16[](0));
        }
        quarantine(wbtc);
        checkpoint();
        assertEq(state().netAssetValueUsd, 1_300_000e18);
    }

    // --- what a quarantined asset does not do ---

    function testFuzz_quarantined_tradesInNeitherDirection(bool sold) public {
        Mandate memory m = sellUsdc();
        if (!sold) (m.sell, m.buy) = (address(weth), address(usdc));
        open(m);
        quarantine(weth);
        checkpoint();
        Order memory o = orderFor(m, 1_000e6);
        o.minimumOut = 1;
        bytes memory execution = abi.encodeCall(IVault.execute, (m, o, oneLeg(1_000e6), noVoucher(), ""));
        assertRefused(executor, execution, Refusal.AssetQuarantined, uint160(address(weth)));
        m.salt = 1_000_001;
        bytes memory opening = abi.encodeCall(IVault.openMandate, (m, sign(m)));
        assertRefused(stranger, opening, Refusal.AssetQuarantined, uint160(address(weth)));
    }

    function testFuzz_quarantined_takesNothingIn(uint96 amount) public {
        amount = uint96(bound(amount, 1, type(uint96).max));
        quarantine(weth);
        weth.mint(owner, amount);
        vm.prank(owner);
        weth.approve(address(vault), amount);
        uint160 detail = uint160(address(weth));
        bytes memory deposit = abi.encodeCall(IVault.deposit, (address(weth), amount));
        assertRefused(owner, deposit, Refusal.AssetQuarantined, detail);
        weth.mint(address(vault), amount);
        assertRefused(owner, abi.encodeCall(IVault.book, (address(weth))), Refusal.AssetQuarantined, detail);
        assertEq(vault.assetOf(address(weth)).book.booked, 100e18);
    }

    function testFuzz_quarantined_isWithdrawnWithoutAFlow(uint96 donated, uint96 taken) public {
        weth.mint(address(vault), donated);
        taken = uint96(bound(taken, 0, 100e18 + uint256(donated)));
        give(weth, 1e18); // noted as a flow, which quarantine forgets
        quarantine(weth);
        assertEq(vault.assetOf(address(weth)).book.flow, 0);
        wethFeed.kill();
        passes(owner, abi.encodeCall(IVault.withdraw, (address(weth), taken, stranger)));
        assertEq(weth.balanceOf(stranger), taken);
        assertEq(vault.assetOf(address(weth)).book.flow, 0);
        assertEq(vault.assetOf(address(weth)).book.booked, taken < 101e18 ? 101e18 - taken : 0);
        checkpoint();
        assertEq(state().netAssetValueUsd, 1_000_000e18);
        assertFalse(state().suspended);
    }

    // --- back on the list ---

    /// @notice What is held counts as a deposit at the day's price: no gain, no loss, no trip.
    function testFuzz_relisting_countsWhatIsHeldAsAFlow(uint256 price, uint96 taken, uint96 lost) public {
        quarantine(weth);
        taken = uint96(bound(taken, 0, 100e18));
        lost = uint96(bound(lost, 0, 100e18 - uint256(taken)));
        passes(owner, abi.encodeCall(IVault.withdraw, (address(weth), taken, owner)));
        weth.burn(address(vault), lost);
        checkpoint();
        uint256 peak = state().peakUsd;
        wethFeed.set(int256(bound(price, 2e8, 90_000e8)));
        relist(weth);
        assertEq(uint256(vault.assetOf(address(weth)).book.listing), uint256(Listing.Feed));
        assertFalse(state().checkpointFresh);
        checkpoint();
        uint256 held = (100e18 - uint256(taken) - lost) * uint256(wethFeed.answer()) / 1e8;
        assertEq(state().netAssetValueUsd, 1_000_000e18 + held);
        assertJustAbove(state().peakUsd, peak * (1_000_000e18 + held) / 1_000_000e18, 0);
        assertFalse(state().suspended);
    }

    function test_relisting_doesNotHideADrawdownOfTheRest() public {
        give(wbtc, 10e8);
        checkpoint();
        quarantine(weth);
        checkpoint();
        AssetConfiguration memory c = AssetConfiguration(address(weth), feedSource(wethFeed, 1e18, 100_000e18));
        ripen(abi.encodeCall(IVault.listAsset, (c)));
        wbtcFeed.set(43_000e8);
        passes(owner, abi.encodeCall(IVault.listAsset, (c)));
        checkpoint();
        assertTrue(state().suspended);
    }

    function test_relisted_tradesAgain() public {
        Mandate memory m = sellUsdc();
        open(m);
        quarantine(weth);
        relist(weth);
        checkpoint();
        run(m, 1_000e6);
        assertEq(vault.tokens().length, 4);
        assertEq(vault.assetOf(address(weth)).book.index, 3);
    }

    /// @notice Two dead sources between two checkpoints: each takes its part of what the first left of the mark, and the vault goes
    /// on with what remains.
    function test_mark_afterTwoQuarantinesWithoutACheckpoint() public {
        give(wbtc, 10e8);
        give(dai, 400_000e18);
        checkpoint();
        usdcFeed.kill();
        wbtcFeed.kill();
        vm.startPrank(guardian);
        vault.quarantine(address(usdc));
        vault.quarantine(address(wbtc));
        vm.stopPrank();
        assertApproxEqAbs(state().peakUsd, 700_000e18, 1e16);
        assertGe(state().peakUsd, 700_000e18);
        vault.checkpoint(hints());
        assertEq(state().netAssetValueUsd, 700_000e18);
        assertFalse(state().suspended);
    }
}
