// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal, Refused} from "../../src/Refusal.sol";
import {FeedWord} from "../../src/guards/FeedWord.sol";
import {OracleCall} from "../../src/guards/OracleCall.sol";
import {RouterCall} from "../../src/guards/RouterCall.sol";
import {TransientLock} from "../../src/guards/TransientLock.sol";
import {TwapWord} from "../../src/guards/TwapWord.sol";
import {IPriceOracle, PriceQuery} from "../../src/interfaces/IPriceOracle.sol";
import {IRouter} from "../../src/interfaces/IRouter.sol";
import {Test} from "forge-std/Test.sol";

/// @notice Keeps what it is asked and answers what it was told to.
contract Recorder {
    bytes private answer;
    bool private reverts;
    bytes public asked;

    function set(bytes memory answer_, bool reverts_) external {
        (answer, reverts) = (answer_, reverts_);
    }

    fallback() external payable {
        // A static question cannot be kept.
        if (msg.sig == IRouter.swap.selector) asked = msg.data;
        bytes memory said = answer;
        bool fails = reverts;
        assembly ("memory-safe") {
            if fails { revert(add(said, 0x20), mload(said)) }
            return(add(said, 0x20), mload(said))
        }
    }
}

contract Locked is TransientLock {
    function enter(bytes calldata inside) external lock returns (bool done, bytes memory answer) {
        if (inside.length != 0) (done, answer) = address(this).call(inside);
    }
}

/// @title How the vault asks its oracle and calls its router
contract OracleCallTest is Test {
    Recorder private other;
    address private constant SELL = address(1);
    address private constant BUY = address(2);

    function setUp() public {
        other = new Recorder();
    }

    function prices(PriceQuery memory high, PriceQuery memory low) external view returns (uint256, uint256) {
        return OracleCall.worstPrices(address(other), SELL, BUY, high, low);
    }

    function swap(Leg[] calldata legs) external {
        RouterCall.swap(address(other), SELL, BUY, legs);
    }

    function query(uint256 seed) private pure returns (PriceQuery memory) {
        return PriceQuery(FeedWord.wrap(seed), TwapWord.wrap(seed + 1), FeedWord.wrap(seed + 2), uint16(seed + 3));
    }

    function expectRefusal(Refusal reason, uint256 detail) private {
        vm.expectRevert(abi.encodeWithSelector(Refused.selector, reason, detail));
    }

    function verdict(Refusal reason, uint256 low, uint256 high) private pure returns (Verdict memory) {
        return Verdict(reason, low, high, low, 5);
    }

    function answer(Verdict memory sold, Verdict memory bought) private {
        other.set(abi.encode(sold, bought), false);
    }

    function test_asksForBothAndTakesTheWorst() public {
        answer(verdict(Refusal.None, 10, 20), verdict(Refusal.None, 30, 40));
        vm.expectCall(address(other), abi.encodeCall(IPriceOracle.pair, (query(100), query(200))));
        (uint256 high, uint256 low) = this.prices(query(100), query(200));
        assertEq(high, 20);
        assertEq(low, 30);
    }

    function test_refusesAsTheOracleDoes() public {
        answer(verdict(Refusal.PriceStale, 0, 0), verdict(Refusal.PriceInvalid, 0, 0));
        expectRefusal(Refusal.PriceStale, uint160(SELL));
        this.prices(query(1), query(2));
        answer(verdict(Refusal.None, 1, 1), verdict(Refusal.PriceInvalid, 0, 0));
        expectRefusal(Refusal.PriceInvalid, uint160(BUY));
        this.prices(query(1), query(2));
    }

    function test_refusesWhatIsNoAnswer() public {
        bytes memory whole = abi.encode(verdict(Refusal.None, 10, 20), verdict(Refusal.None, 30, 40));
        bytes memory brief = new bytes(319);
        for (uint256 i = 0; i < 319; i++) {
            brief[i] = whole[i];
        }
        other.set(brief, false);
        expectRefusal(Refusal.PriceUnavailable, uint160(address(other)));
        this.prices(query(1), query(2));
        other.set(whole, true);
        expectRefusal(Refusal.PriceUnavailable, uint160(address(other)));
        this.prices(query(1), query(2));
    }

    function legs(uint256 count) private pure returns (Leg[] memory list) {
        list = new Leg[](count);
        for (uint256 i = 0; i < count; i++) {
            list[i] = Leg(Venue(i % 3), address(uint160(100 + i)), uint24(200 + i), -3, address(uint160(300)), 400 + i);
        }
    }

    function testFuzz_handsTheLegsOnAsTheyAre(uint8 count) public {
        Leg[] memory list = legs(count % 17);
        this.swap(list);
        assertEq(other.asked(), abi.encodeCall(IRouter.swap, (SELL, BUY, address(this), list)));
    }

    function test_revertsAsTheRouterDoes() public {
        other.set(abi.encodeWithSelector(Refused.selector, Refusal.TransferFailed, 7), true);
        expectRefusal(Refusal.TransferFailed, 7);
        this.swap(legs(1));
        other.set("anything", true);
        vm.expectRevert(bytes("anything"));
        this.swap(legs(1));
    }

    function test_lock_isOneAtATimeAndOpensAgain() public {
        Locked door = new Locked();
        (bool done, bytes memory said) = door.enter(abi.encodeCall(door.enter, ("")));
        assertFalse(done);
        assertEq(said, abi.encodeWithSelector(Refused.selector, Refusal.Locked, 0));
        door.enter("");
    }
}
