// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Leg, Order, Venue} from "../../src/Types.sol";
import {Refusal, Refused} from "../../src/Refusal.sol";
import {BreakerResetTerms} from "../../src/guards/BreakerResetTerms.sol";
import {OrderTerms} from "../../src/guards/OrderTerms.sol";
import {Test} from "forge-std/Test.sol";

/// @title What an order must be by itself
contract OrderTermsTest is Test {
    address private constant SELL = address(0x5e11);

    function setUp() public {
        vm.warp(1_790_000_000);
    }

    function deadline(uint64 at) external view {
        OrderTerms.requireDeadline(at);
    }

    function resetDeadline(uint64 at) external view {
        BreakerResetTerms.requireDeadline(at);
    }

    function index(uint32 wanted, uint32 count) external pure {
        OrderTerms.requireIndex(wanted, count);
    }

    function legs(Leg[] calldata list, address sell, uint256 amountIn) external pure {
        OrderTerms.requireLegs(list, sell, amountIn);
    }

    function digest(Order calldata o, address vault) external view returns (bytes32) {
        return OrderTerms.digest(o, vault);
    }

    function expectRefusal(Refusal reason, uint256 detail) private {
        vm.expectRevert(abi.encodeWithSelector(Refused.selector, reason, detail));
    }

    function test_deadline_nowToFiveMinutes() public {
        uint64 now_ = uint64(block.timestamp);
        this.deadline(now_);
        this.deadline(now_ + 5 minutes);
        expectRefusal(Refusal.DeadlinePassed, now_ - 1);
        this.deadline(now_ - 1);
        expectRefusal(Refusal.DeadlineTooFar, now_ + 5 minutes + 1);
        this.deadline(now_ + 5 minutes + 1);
        assertEq(OrderTerms.LONGEST_LIFE, 5 minutes);
    }

    function test_resetDeadline() public {
        this.resetDeadline(uint64(block.timestamp));
        expectRefusal(Refusal.VoucherExpired, block.timestamp - 1);
        this.resetDeadline(uint64(block.timestamp - 1));
    }

    function testFuzz_index_isTheCount(uint32 wanted, uint32 count) public {
        this.index(count, count);
        vm.assume(wanted != count);
        expectRefusal(Refusal.WrongExecutionIndex, count);
        this.index(wanted, count);
    }

    function split(uint256 count, uint256 each) private pure returns (Leg[] memory list) {
        list = new Leg[](count);
        for (uint256 i = 0; i < count; i++) {
            list[i].amountIn = each;
        }
    }

    function test_legs_oneToSixteen() public {
        this.legs(split(1, 7), SELL, 7);
        this.legs(split(16, 7), SELL, 112);
        expectRefusal(Refusal.LegsMismatch, 0);
        this.legs(split(0, 7), SELL, 0);
        expectRefusal(Refusal.LegsMismatch, 17);
        this.legs(split(17, 7), SELL, 119);
        assertEq(OrderTerms.MOST_LEGS, 16);
    }

    function test_legs_addUpToTheInput() public {
        Leg[] memory list = split(3, 10);
        expectRefusal(Refusal.LegsMismatch, 1);
        this.legs(list, SELL, 31);
        expectRefusal(Refusal.LegsMismatch, 10);
        this.legs(list, SELL, 29);
        list[1].amountIn = 0;
        expectRefusal(Refusal.LegsMismatch, 0);
        this.legs(list, SELL, 20);
        // Sums that would wrap around do not.
        list[1].amountIn = type(uint256).max;
        expectRefusal(Refusal.LegsMismatch, type(uint256).max);
        this.legs(list, SELL, 19);
    }

    function head(address sold, uint256 planned) private pure returns (Leg memory) {
        return Leg(Venue.Section, sold, 0, 0, address(0xb), planned);
    }

    /// @notice Heads count as entries, and nothing else about them counts.
    function testFuzz_heads_areCountedButNotSummed(uint256 first, uint256 second) public {
        Leg[] memory list = split(16, 7);
        list[0] = head(SELL, first);
        list[9] = head(SELL, second);
        this.legs(list, SELL, 98);
        expectRefusal(Refusal.LegsMismatch, 7);
        this.legs(list, SELL, 97);
        expectRefusal(Refusal.LegsMismatch, 1);
        this.legs(list, SELL, 99);
        Leg[] memory heads = new Leg[](17);
        for (uint256 i = 0; i < 17; i++) {
            heads[i] = head(address(1), first);
        }
        expectRefusal(Refusal.LegsMismatch, 17);
        this.legs(heads, SELL, 0);
    }

    function test_heads_aloneSellNothing() public {
        Leg[] memory list = new Leg[](1);
        list[0] = head(SELL, 5);
        expectRefusal(Refusal.LegsMismatch, 5);
        this.legs(list, SELL, 5);
    }

    /// @notice Legs of sections are summed where they sell what the order sells; none of the others may plan nothing.
    function testFuzz_sections_countOnlyWhatTheySellOfTheOrders(uint256 seed, address other) public {
        vm.assume(other != SELL);
        Leg[] memory list = new Leg[](1 + seed % 16);
        uint256 sum = 0;
        bool sells = true;
        uint256 zero = type(uint256).max;
        for (uint256 i = 0; i < list.length; i++) {
            seed = uint256(keccak256(abi.encode(seed)));
            if (seed % 3 == 0) {
                sells = seed >> 8 & 1 == 0;
                list[i] = head(sells ? SELL : other, seed);
                continue;
            }
            list[i] = Leg(Venue(seed % 3), SELL, 0, 0, SELL, sells ? 1 + (seed >> 16) % 1e30 : 1 + (seed >> 4));
            if (sells) sum += list[i].amountIn;
            if (!sells) zero = i;
        }
        this.legs(list, SELL, sum);
        expectRefusal(Refusal.LegsMismatch, 3);
        this.legs(list, SELL, sum + 3);
        if (zero == type(uint256).max) return;
        list[zero].amountIn = 0;
        expectRefusal(Refusal.LegsMismatch, 0);
        this.legs(list, SELL, sum);
    }

    /// @notice The last base unit too much is found in whichever section it is.
    function testFuzz_sections_refuseWhatIsTooMuch(uint8 at, uint256 more) public {
        Leg[] memory list = split(8, 10);
        list[0] = head(SELL, 0);
        list[3] = head(address(1), 20);
        list[5] = head(SELL, 0);
        this.legs(list, SELL, 40);
        uint256[4] memory places = [uint256(1), 2, 6, 7];
        list[places[at % 4]].amountIn += bound(more, 1, type(uint256).max - 10);
        (bool done, bytes memory answer) = address(this).call(abi.encodeCall(this.legs, (list, SELL, 40)));
        assertFalse(done);
        assertEq(bytes4(answer), Refused.selector);
    }

    function testFuzz_digest_bindsEveryWord(uint8 word, uint256 change) public {
        Order memory o;
        o.amountIn = 5;
        bytes32 first = this.digest(o, address(this));
        assertTrue(this.digest(o, address(1)) != first);
        bytes memory call_ = abi.encodeCall(this.digest, (o, address(this)));
        change = bound(change, 1, 100);
        uint256 at = 0x24 + uint256(word % 10) * 32;
        assembly ("memory-safe") {
            mstore(add(call_, at), xor(mload(add(call_, at)), change))
        }
        (bool done, bytes memory answer) = address(this).call(call_);
        assertTrue(done);
        assertTrue(abi.decode(answer, (bytes32)) != first);
    }
}
