// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import "../../src/Types.sol";
import {Refusal, Refused} from "../../src/Refusal.sol";
import {IVault} from "../../src/interfaces/IVault.sol";
import {HostilePool} from "../support/HostilePools.sol";
import {IMoveListener, MockToken} from "../support/MockToken.sol";
import {ExactFills} from "./ExactFills.sol";

/// @notice Calls somebody whenever a token moves, and goes on whatever the answer is.
contract Caller is IMoveListener {
    address private target;
    bytes private question;
    bool public done;
    bytes public answer;

    function aim(address target_, bytes calldata question_) external {
        (target, question) = (target_, question_);
    }

    function moved(address, address, uint256) external {
        (done, answer) = target.call(question);
    }
}

/// @title Tokens that call back in the middle of a transfer (ERC-777)
contract TokenHooksTest is ExactFills {
    Caller private hook;

    function setUp() public override {
        super.setUp();
        hook = new Caller();
        usdc.mint(address(hook), 1_000e6);
        vm.prank(address(hook));
        usdc.approve(address(vault), 1_000e6);
    }

    function makeOwner() private {
        passes(owner, abi.encodeCall(IVault.proposeOwner, (address(hook))));
        passes(address(hook), abi.encodeCall(IVault.acceptOwner, ()));
    }

    /// @notice A deposit, a withdrawal or a trade, during which the hook asks its question.
    function move(uint8 kind, bytes memory question, bool boughtToo) private {
        hook.aim(address(vault), question);
        usdc.setNotified(address(hook));
        address by = vault.owner();
        if (kind % 3 == 0) {
            passes(by, abi.encodeCall(IVault.deposit, (address(usdc), 1e6)));
        } else if (kind % 3 == 1) {
            passes(by, abi.encodeCall(IVault.withdraw, (address(usdc), 1e6, stranger)));
        } else {
            // The output moves, too, on its way from a genuine pool.
            if (boughtToo) {
                usdc.setNotified(address(0));
                weth.setNotified(address(hook));
            }
            Order memory o = asking(3_000e6, 0.99e18);
            passes(executor, abi.encodeCall(IVault.execute, (m, o, oneLeg(3_000e6), noVoucher(), "")));
        }
        usdc.setNotified(address(0));
        weth.setNotified(address(0));
    }

    /// @notice Not even the owner: the money moves one call at a time.
    function testFuzz_hook_findsEveryMoneyDoorLocked(uint8 kind, uint8 which, bool boughtToo) public {
        makeOwner();
        bytes[6] memory doors = [
            abi.encodeCall(IVault.deposit, (address(usdc), 1e6)),
            abi.encodeCall(IVault.withdraw, (address(usdc), 1e6, stranger)),
            abi.encodeCall(IVault.book, (address(usdc))),
            abi.encodeCall(IVault.checkpoint, (hints())),
            abi.encodeCall(IVault.trip, (hints())),
            abi.encodeCall(IVault.execute, (m, asking(1e6, 1e18), oneLeg(1e6), noVoucher(), ""))
        ];
        move(kind, doors[which % 6], boughtToo);
        assertFalse(hook.done());
        assertEq(hook.answer(), abi.encodeWithSelector(Refused.selector, Refusal.Locked, 0));
        assertEq(booked(usdc), usdc.balanceOf(address(vault)));
        assertEq(booked(weth), weth.balanceOf(address(vault)));
        // And open again afterwards.
        checkpoint();
    }

    /// @notice Tightening is never locked, and what it wrote is not overwritten by what was running.
    function testFuzz_hook_tightensForGood(uint8 kind, uint8 which, bool boughtToo) public {
        makeOwner();
        Limits memory none;
        bytes[6] memory doors = [
            abi.encodeCall(IVault.pause, ()),
            abi.encodeCall(IVault.dropExecutor, ()),
            abi.encodeCall(IVault.lowerLimits, (none)),
            abi.encodeCall(IVault.closeMandate, (id)),
            abi.encodeCall(IVault.retireModel, (MODEL)),
            abi.encodeCall(IVault.voidVouchers, ())
        ];
        bool fresh = kind % 3 == 2 && which % 6 != 2;
        move(kind, doors[which % 6], boughtToo);
        assertTrue(hook.done());
        assertEq(state().checkpointFresh, fresh);
        if (which % 6 == 0) assertTrue(state().paused);
        if (which % 6 == 1) assertEq(state().executor, address(0));
        if (which % 6 == 2) assertEq(abi.encode(state().limits), abi.encode(none));
        if (which % 6 == 3) assertTrue(vault.mandateProgress(id).closed);
        if (which % 6 == 4) assertFalse(vault.isModelActive(MODEL));
        if (which % 6 == 5) assertGe(vault.voucherCounter(), 1);
        assertEq(booked(usdc), usdc.balanceOf(address(vault)));
        assertEq(booked(weth), weth.balanceOf(address(vault)));
    }

    /// @notice What arrives is what was deposited, neither less nor more: a token that gives or takes on the way is refused.
    function testFuzz_hook_thatGivesOrTakes(uint64 amount, bool gives) public {
        makeOwner();
        amount = uint64(bound(amount, 1, 1_000_000e6));
        bytes memory extra = gives
            ? abi.encodeCall(MockToken.mint, (address(vault), amount))
            : abi.encodeCall(MockToken.burn, (address(vault), amount));
        hook.aim(address(usdc), extra);
        usdc.setNotified(address(hook));
        bytes memory data = abi.encodeCall(IVault.deposit, (address(usdc), 1e6));
        assertRefused(address(hook), data, Refusal.TransferFailed, uint160(address(usdc)));
        assertEq(booked(usdc), 1_000_000e6);
        assertEq(usdc.balanceOf(address(vault)), 1_000_000e6);
    }

    /// @notice A token that is quarantined while it moves keeps its books, and stays out.
    function testFuzz_hook_quarantinesForGood(uint8 kind) public {
        makeOwner();
        move(kind, abi.encodeCall(IVault.quarantine, (address(usdc))), false);
        assertTrue(hook.done());
        assertEq(uint256(vault.assetOf(address(usdc)).book.listing), uint256(Listing.Quarantined));
        assertEq(vault.assetOf(address(usdc)).book.flow, 0);
        assertEq(booked(usdc), usdc.balanceOf(address(vault)));
        checkpoint();
        assertFalse(state().suspended);
        assertEq(state().netAssetValueUsd, booked(weth) * 3_000);
    }
}

/// @notice Does what an ERC-20 does, and answers at length: the right word first, then zeroes.
contract VerboseToken {
    uint8 public constant decimals = 18;
    uint256 public length = 32; // of every answer, bytes
    bool public failing;
    mapping(address => uint256) private balances;

    function speak(uint256 length_, bool failing_) external {
        (length, failing) = (length_, failing_);
    }

    function mint(address to, uint256 amount) external {
        balances[to] += amount;
    }

    function say(uint256 word) private view {
        uint256 size = length;
        bool fails = failing;
        assembly {
            mstore(0x00, word)
            if fails { revert(0x00, size) }
            return(0x00, size)
        }
    }

    function balanceOf(address account) external view returns (uint256) {
        say(balances[account]);
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        balances[msg.sender] -= amount;
        balances[to] += amount;
        say(1);
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        balances[from] -= amount;
        balances[to] += amount;
        say(1);
    }
}

/// @title Tokens that answer a million bytes, for which whoever copies them pays
contract VerboseTokensTest is ExactFills {
    uint256 private constant LENGTH = 1_000_000;
    /// @notice What a token spends on one such answer, and a little more; copying it costs as much again.
    uint256 private constant ONE_ANSWER = 2_100_000;
    VerboseToken private verbose;
    MockToken private asToken;

    function setUp() public override {
        super.setUp();
        verbose = new VerboseToken();
        asToken = MockToken(address(verbose));
        AssetConfiguration memory asset = AssetConfiguration(address(verbose), feedSource(daiFeed, 0.95e18, 1.05e18));
        change(abi.encodeCall(IVault.listAsset, (asset)));
        verbose.mint(owner, 30_000e18);
        passes(owner, abi.encodeCall(IVault.deposit, (address(verbose), 20_000e18)));
        checkpoint();
    }

    /// @notice Through `data` with gas for so many answers and half of one more.
    function tryWithin(address caller, bytes memory data, uint256 answers)
        private
        returns (bool done, bytes memory answer)
    {
        vm.prank(caller);
        (done, answer) = address(vault).call{gas: answers * ONE_ANSWER + ONE_ANSWER / 2}(data);
    }

    function assertWithin(address caller, bytes memory data, uint256 answers) private {
        (bool done,) = tryWithin(caller, data, answers);
        assertTrue(done);
    }

    function test_anAnswerCostsWhatIsSaidHere() public {
        verbose.speak(LENGTH, false);
        uint256 start = gasleft();
        address token = address(verbose);
        bytes memory question = abi.encodeCall(MockToken.balanceOf, (owner));
        assembly {
            pop(staticcall(gas(), token, add(question, 0x20), mload(question), 0x00, 0x20))
        }
        uint256 spent = start - gasleft();
        assertLt(spent, ONE_ANSWER);
        assertGt(spent, ONE_ANSWER * 9 / 10);
    }

    function test_longAnswers_areNotCopied() public {
        verbose.speak(LENGTH, false);
        assertWithin(owner, abi.encodeCall(IVault.withdraw, (address(verbose), 1e18, stranger)), 1);
        assertWithin(owner, abi.encodeCall(IVault.deposit, (address(verbose), 1e18)), 3);
        assertWithin(owner, abi.encodeCall(IVault.book, (address(verbose))), 1);
        assertWithin(stranger, abi.encodeCall(IVault.checkpoint, (hints())), 1);
        verbose.speak(32, false);
        assertEq(verbose.balanceOf(stranger), 1e18);
        assertEq(booked(asToken), 20_000e18);
    }

    /// @notice Balances before and after, to the router and from it to the pool.
    function test_longAnswers_trade() public {
        trades(asToken, weth);
        Order memory o = asking(3_000e18, 1e18);
        exact.behave(HostilePool.Manner.PaysFairly, 1e18);
        verbose.speak(LENGTH, false);
        assertWithin(executor, call(o, noVoucher()), 4);
        verbose.speak(32, false);
        assertEq(booked(asToken), 17_000e18);
        assertEq(verbose.balanceOf(address(exact)), 3_000e18);
    }

    /// @notice A refusal at length is a refusal like any other.
    function test_longRefusals_areOneWord() public {
        verbose.speak(LENGTH, true);
        bytes[4] memory doors = [
            abi.encodeCall(IVault.withdraw, (address(verbose), 1e18, stranger)),
            abi.encodeCall(IVault.deposit, (address(verbose), 1e18)),
            abi.encodeCall(IVault.book, (address(verbose))),
            abi.encodeCall(IVault.checkpoint, (hints()))
        ];
        for (uint256 i = 0; i < doors.length; i++) {
            (bool done, bytes memory answer) = tryWithin(owner, doors[i], 1);
            assertFalse(done);
            assertEq(
                answer, abi.encodeWithSelector(Refused.selector, Refusal.TransferFailed, uint160(address(verbose)))
            );
        }
        passes(owner, abi.encodeCall(IVault.withdraw, (address(weth), 100e18, stranger)));
        passes(guardian, abi.encodeCall(IVault.quarantine, (address(verbose))));
        checkpoint();
    }
}
