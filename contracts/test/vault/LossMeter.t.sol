// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Meters} from "../../src/guards/Meters.sol";
import {Refusal} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {ExactFills} from "./ExactFills.sol";

/// @title What is traded and what is lost, against capacities that come back in a day
contract LossMeterTest is ExactFills {
    uint256 private constant DAY = 1 days;
    uint256 private constant VOLUME = 100_000e18;
    uint256 private constant LOSS = 600e18;

    function configuration() internal view override returns (VaultConfiguration memory c) {
        c = super.configuration();
        c.limits.volumeCapacityUsd = VOLUME;
        c.limits.lossCapacityUsd = LOSS;
    }

    /// @notice An order for so many dollars that loses so many basis points.
    function losing(uint256 dollars, uint256 lossBps) private view returns (Order memory) {
        uint256 fair = ceil(dollars * 1e18, 3_000);
        return asking(dollars * 1e6, fair - fair * lossBps / 10_000);
    }

    function wait(uint256 duration) private {
        pass(duration);
        checkpoint();
    }

    // --- in any sequence ---

    struct Book {
        uint256[16] at;
        uint256[16] volumes;
        uint256[16] losses;
        uint256 volume; // used, as of the last trade
        uint256 loss;
        uint256 last;
    }

    function drained(uint256 used, uint256 capacity, uint256 elapsed) private pure returns (uint256) {
        uint256 gone = capacity * elapsed / DAY;
        return used > gone ? used - gone : 0;
    }

    /// @notice Whatever is tried: what fits passes, what does not is refused with what it would have made, and in every window
    /// no more goes than the capacity and what comes back of it meanwhile.
    function testFuzz_meters_holdInEveryWindow(
        uint256[16] memory amounts,
        uint256[16] memory losses,
        uint32[16] memory waits
    ) public {
        Book memory b;
        b.last = block.timestamp;
        for (uint256 i = 0; i < 16; i++) {
            wait(bound(waits[i], 1, waits[i] % 4 == 0 ? 12 hours : 30 minutes));
            attempt(b, i, bound(amounts[i], 1, 50_000), bound(losses[i], 0, 200));
        }
        for (uint256 i = 0; i < 16; i++) {
            assertWindowsFrom(b, i);
        }
    }

    function attempt(Book memory b, uint256 i, uint256 dollars, uint256 lossBps) private {
        Order memory o = losing(dollars, lossBps);
        uint256 missing = dollars * 1e18 > o.minimumOut * 3_000 ? dollars * 1e18 - o.minimumOut * 3_000 : 0;
        uint256 volume = drained(b.volume, VOLUME, block.timestamp - b.last) + dollars * 1e18;
        uint256 loss = drained(b.loss, LOSS, block.timestamp - b.last) + missing;
        b.at[i] = block.timestamp;
        if (volume > VOLUME) return expectRefused(o, Refusal.VolumeExceeded, volume);
        if (loss > LOSS) return expectRefused(o, Refusal.LossExceeded, loss);
        fill(o);
        (b.volumes[i], b.losses[i]) = (dollars * 1e18, missing);
        (b.volume, b.loss, b.last) = (volume, loss, block.timestamp);
        assertEq(state().volumeUsedUsd, volume);
        assertEq(state().lossUsedUsd, loss);
    }

    function assertWindowsFrom(Book memory b, uint256 i) private pure {
        uint256 volume = 0;
        uint256 loss = 0;
        for (uint256 j = i; j < 16; j++) {
            volume += b.volumes[j];
            loss += b.losses[j];
            uint256 window = b.at[j] - b.at[i];
            assertLe(volume, VOLUME + VOLUME * window / DAY, "volume");
            assertLe(loss, LOSS + LOSS * window / DAY, "loss");
        }
    }

    // --- to the unit ---

    function test_volume_fillsToTheUnitAndDrainsByTheSecond() public {
        fill(losing(50_000, 0));
        fill(losing(49_999, 0));
        expectRefused(asking(1e6 + 1, 0.0004e18), Refusal.VolumeExceeded, VOLUME + 1e12);
        fill(losing(1, 0));
        assertEq(state().volumeUsedUsd, VOLUME);
        expectRefused(asking(1, 0.0004e18), Refusal.VolumeExceeded, VOLUME + 1e12);
        // Ten thousand dollars come back in a tenth of a day.
        wait(DAY / 10 - 1);
        uint256 used = VOLUME - VOLUME * (DAY / 10 - 1) / DAY;
        expectRefused(losing(10_000, 0), Refusal.VolumeExceeded, used + 10_000e18);
        wait(1);
        fill(losing(10_000, 0));
        assertEq(state().volumeUsedUsd, VOLUME);
        wait(DAY);
        assertEq(state().volumeUsedUsd, 0);
    }

    /// @notice There is no midnight: what was used before it is used after it.
    function test_meters_knowNoCalendar() public {
        uint256 midnight = (block.timestamp / DAY + 1) * DAY;
        wait(midnight - block.timestamp - 1);
        fill(losing(30_000, 200));
        wait(1);
        assertEq(block.timestamp % DAY, 0);
        assertEq(state().volumeUsedUsd, 30_000e18 - VOLUME / DAY);
        assertEq(state().lossUsedUsd, LOSS - LOSS / DAY);
    }

    /// @notice A voucher waives the review limit, not the meters.
    function test_reviewedTrades_areChargedToo() public {
        Order memory o = losing(60_000, 100);
        exact.behave(exact.manner(), o.minimumOut);
        passes(executor, call(o, voucherFor(m, o, 1)));
        assertEq(state().volumeUsedUsd, 60_000e18);
        assertEq(state().lossUsedUsd, LOSS);
        o = losing(60_000, 0);
        Voucher memory v = voucherFor(m, o, 2);
        exact.behave(exact.manner(), o.minimumOut);
        assertRefused(executor, call(o, v), Refusal.VolumeExceeded, 120_000e18);
        o = losing(300, 100);
        expectRefused(o, Refusal.LossExceeded, LOSS + 3e18);
    }

    /// @notice Below what is used already: what loses waits, what does not lose goes on.
    function test_loweredLossCapacity_stopsOnlyWhatLoses() public {
        fill(losing(30_000, 150));
        Limits memory limits = state().limits;
        limits.lossCapacityUsd = 300e18;
        passes(guardian, abi.encodeCall(IVault.lowerLimits, (limits)));
        assertEq(state().lossUsedUsd, 450e18);
        expectRefused(losing(300, 1), Refusal.LossExceeded, 450.03e18);
        fill(losing(300, 0));
        wait(12 hours);
        assertEq(state().lossUsedUsd, 300e18, "drains at the new rate");
        expectRefused(losing(300, 1), Refusal.LossExceeded, 300.03e18);
        wait(1 hours);
        fill(losing(300, 100));
    }

    // --- nothing else writes them ---

    function metersWord() private view returns (uint256) {
        return Meters.unwrap(vault.words().meters);
    }

    function test_meters_areWrittenByTradesAlone() public {
        fill(losing(30_000, 200));
        uint256 word = metersWord();
        assertGt(word, 0);
        Limits memory limits = state().limits;
        limits.lossCapacityUsd = 700e18;
        AssetConfiguration memory asset = AssetConfiguration(address(weth), feedSource(wethFeed, 2e18, 100_000e18));
        change(abi.encodeCall(IVault.raiseLimits, (limits)));
        change(abi.encodeCall(IVault.listAsset, (asset)));
        change(abi.encodeCall(IVault.setExecutor, (stranger, uint64(block.timestamp + 30 days))));
        change(abi.encodeCall(IVault.setTreasurer, (makeAddr("new treasurer"))));
        assertEq(metersWord(), word);
        limits.lossCapacityUsd = 100e18;
        limits.volumeCapacityUsd = 100e18;
        bytes[9] memory doors = [
            abi.encodeCall(IVault.lowerLimits, (limits)),
            abi.encodeCall(IVault.pause, ()),
            abi.encodeCall(IVault.unpause, ()),
            abi.encodeCall(IVault.voidVouchers, ()),
            abi.encodeCall(IVault.closeMandate, (id)),
            abi.encodeCall(IVault.dropExecutor, ()),
            abi.encodeCall(IVault.withdraw, (address(usdc), 1e6, owner)),
            abi.encodeCall(IVault.book, (address(usdc))),
            abi.encodeCall(IVault.quarantine, (address(dai)))
        ];
        for (uint256 i = 0; i < doors.length; i++) {
            passes(owner, doors[i]);
            assertEq(metersWord(), word);
        }
        give(usdc, 1e6);
        checkpoint();
        trip();
        reset(resetTo(makeAddr("newer executor")));
        assertEq(metersWord(), word);
    }
}
